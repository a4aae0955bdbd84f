import type { BareServer } from './bare-server.ts'

/** What a loop looks at in a pod. */
export interface WatchedPod {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly deletionTimestamp?: string
  }
  readonly status: { readonly phase?: string }
}

/**
 * Tells of every change of the namespace's pods, as JSON. When the server ends the stream, as it does with readers that
 * are behind for a moment, it goes on from the last version.
 *
 * @param signal aborted: the watch ends, in silence
 */
export async function bareWatch(
  server: BareServer,
  signal: AbortSignal,
  notice: (type: string, pod: WatchedPod) => void,
): Promise<void> {
  let version = ''
  while (!signal.aborted) {
    const query = version === '' ? '' : `&resourceVersion=${version}`
    try {
      const answer = await server.request('GET', `/api/v1/namespaces/default/pods?watch=1${query}`)
      let rest = ''
      for await (const chunk of answer.body.setEncoding('utf8')) {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          const { type, object } = JSON.parse(line) as { type: string; object: WatchedPod }
          if (type === 'ERROR') throw new Error(line)
          version = object.metadata.resourceVersion
          notice(type, object)
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
