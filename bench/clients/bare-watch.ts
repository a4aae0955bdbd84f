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

interface PodList {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly WatchedPod[]
}

const PODS = '/api/v1/namespaces/default/pods'

/**
 * Tells of what is there, and of every change of the namespace's pods, as JSON. When the server ends the stream, as it does with readers that
 * are behind for a moment, it goes on from the last version.
 *
 * @param signal aborted: the watch ends, in silence
 */
export async function bareWatch(
  server: BareServer,
  signal: AbortSignal,
  notice: (type: string, pod: WatchedPod) => void,
): Promise<void> {
  // A watch that begins with what is there has no order to go on from, if it is cut off amid it.
  const list = (await (await server.request('GET', PODS)).body.json()) as PodList
  for (const pod of list.items) notice('ADDED', pod)
  let version = list.metadata.resourceVersion
  while (!signal.aborted) {
    try {
      const answer = await server.request('GET', `${PODS}?watch=1&resourceVersion=${version}`)
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
