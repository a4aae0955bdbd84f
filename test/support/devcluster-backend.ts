import type { RequestRecord } from '@davit/devcluster'
import type { Backend, LoggedPodRequest } from './backend.ts'

/** Ours: started in the test's own process, one for each file. */
export const devclusterBackend: Backend = {
  name: 'devcluster',
  lacks: {
    serviceAccountTokens: 'it gives pods no token for its API, and mounts none',
  },
  async start({ runtime }) {
    // Only here: who names other backends needs none of it.
    const { startDevCluster } = await import('@davit/devcluster')
    const errors: unknown[] = []
    const cluster = await startDevCluster({ runtime, onInternalError: (error) => errors.push(error) })
    const stop = async () => {
      await cluster.stop()
      if (errors.length > 0) throw new AggregateError(errors, 'the dev cluster had errors of its own')
    }
    const { url, kubeconfig, kubeconfigPath } = cluster
    return {
      url,
      kubeconfig,
      kubeconfigPath,
      podRequests: async () => cluster.requests.list({ resource: 'pods' }).map(loggedPodRequest),
      compactHistory: async () => cluster.faults.compact(),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  },
}

function loggedPodRequest({
  verb,
  subresource,
  namespace,
  name,
  uid,
  code,
  userAgent,
}: RequestRecord): LoggedPodRequest {
  return {
    verb,
    code,
    userAgent,
    subresource: subresource || null,
    namespace: namespace || null,
    name: name || null,
    uid: uid || null,
  }
}
