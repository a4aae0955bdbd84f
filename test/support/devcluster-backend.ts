import type { RequestRecord } from '@davit/devcluster'
import { type Backend, type LoggedPodRequest, nodeSelectors } from './backend.ts'
import { SkippingClock } from './skipping-clock.ts'

const roles = 'who has its token may do everything'

/** Ours: started in the test's own process, one for each file. */
export const devclusterBackend: Backend = {
  name: 'devcluster',
  lacks: (runtime) => ({
    roles,
    otherResources: 'it has the resources that pods of tasks meet, and no services, leases or workloads',
    serverSideApply: 'it has no server-side apply',
    protobuf: 'it answers in JSON',
    memoryLimits: 'its processes take what they need of the machine, and run its programs, whatever the image',
    serviceAccountTokens: 'it gives pods no token for its API, and mounts none',
    ...(runtime === 'scripted'
      ? { containers: 'scripted pods run nothing' }
      : { scriptedPods: 'its processes do what they are told by their commands' }),
  }),
  async start({ runtime }) {
    // Only here: who names other backends needs none of it.
    const { startDevCluster } = await import('@davit/devcluster')
    const errors: unknown[] = []
    const nodeLabels = nodeSelectors[runtime]
    const clock = new SkippingClock()
    const cluster = await startDevCluster({
      runtime,
      nodeLabels,
      clock,
      onInternalError: (error) => errors.push(error),
    })
    const stop = async () => {
      await cluster.stop()
      if (errors.length > 0) throw new AggregateError(errors, 'the dev cluster had errors of its own')
    }
    const { url, kubeconfig, kubeconfigPath } = cluster
    return {
      url,
      kubeconfig,
      kubeconfigPath,
      executorKubeconfig: kubeconfig,
      executorKubeconfigPath: kubeconfigPath,
      executorUser: null,
      nodeSelector: nodeLabels,
      hostAddress: '127.0.0.1',
      podRequests: async () => cluster.requests.list({ resource: 'pods' }).map(loggedPodRequest),
      executorRequests: async () => {
        throw new Error(`the dev cluster has no roles: ${roles}`)
      },
      passTime: (ms) => clock.skip(ms),
      hasClock: true,
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
