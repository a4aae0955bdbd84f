import { startDevCluster } from '@davit/devcluster'
import type { Backend } from './backend.ts'

/** Ours: started in the test's own process, one for each file. */
export const devclusterBackend: Backend = {
  name: 'devcluster',
  lacks: {},
  async start({ runtime }) {
    const cluster = await startDevCluster({ runtime })
    const stop = () => cluster.stop()
    return {
      url: cluster.url,
      kubeconfig: cluster.kubeconfig,
      kubeconfigPath: cluster.kubeconfigPath,
      podRequests: async () =>
        cluster.requests.list({ resource: 'pods' }).map(({ verb, subresource, namespace, name, uid, code }) => ({
          verb,
          subresource: subresource || null,
          namespace: namespace || null,
          name: name || null,
          uid: uid || null,
          code,
        })),
      compactHistory: async () => cluster.faults.compact(),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  },
}
