import type { PodView } from '../../packages/executor/src/kube/pod-view.ts'
import { watchDecoder } from '../../packages/executor/src/kube/watch-decoder.ts'
import type { BareServer } from './bare-server.ts'

const PODS = '/api/v1/namespaces/default/pods'
const SELECTOR = encodeURIComponent('airflow-worker=bench,airflow_executor_done!=True')
const ACCEPT = 'application/vnd.kubernetes.protobuf,application/json'

/**
 * Tells of every change from now on of the pods that Davit would watch, in its encoding and by its decoder. When the server ends the
 * stream, as it does with readers that are behind for a moment, it goes on from the last version.
 *
 * @param signal aborted: the watch ends, in silence
 */
export async function tunedWatch(
  server: BareServer,
  signal: AbortSignal,
  notice: (pod: PodView) => void,
): Promise<void> {
  let version = await presentVersion(server)
  while (!signal.aborted) {
    const path = `${PODS}?watch=1&allowWatchBookmarks=1&labelSelector=${SELECTOR}&resourceVersion=${version}`
    try {
      const answer = await server.request('GET', path, { accept: ACCEPT })
      const decoder = watchDecoder(String(answer.headers['content-type']), (pod) => pod)
      for await (const chunk of answer.body) {
        for (const event of decoder.push(chunk)) {
          if (event.type === 'ERROR') throw new Error(event.status.message)
          version = event.resourceVersion
          if (event.type !== 'BOOKMARK') notice(event.object)
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

async function presentVersion(server: BareServer): Promise<string> {
  const answer = await server.request('GET', `${PODS}?limit=1`)
  const { metadata } = (await answer.body.json()) as { metadata: { resourceVersion: string } }
  return metadata.resourceVersion
}
