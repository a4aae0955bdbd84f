import { type KubeConfig, loadKubeConfig, systemClock } from '@davit/executor'
import { podRequests } from '../../kubernetes/audit-log.ts'
import type { Kubernetes } from '../../kubernetes/start-kubernetes.ts'
import { readAccess } from '../../support/kubeconfig-access.ts'
import { MemoryWire } from '../../support/memory-wire.ts'
import { RawApi } from '../../support/raw-api.ts'
import type { ChaosCluster, PodPlace, PodRequestRecord } from '../chaos-cluster.ts'
import { FaultyProxy } from './faulty-proxy.ts'
import { lookAgain } from './look-again.ts'

/** A real API server, behind a proxy of this run's own. What runs in other namespaces is others'. */
export async function realCluster(
  kubernetes: Pick<Kubernetes, 'kubeconfig' | 'auditLogPath' | 'compactHistory'>,
  namespaces: readonly string[],
): Promise<ChaosCluster & Disposable> {
  const { kubeconfig, auditLogPath, compactHistory } = kubernetes
  const api = new RawApi(kubeconfig)
  const proxy = new FaultyProxy(readAccess(kubeconfig))
  const kubeConfig: KubeConfig = await loadKubeConfig({ kubeconfig, env: {} })
  const looking = lookAgain(api, namespaces)
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  /** As a kubelet that has ended the pod would say. */
  const endPod = ({ namespace, name }: PodPlace, status: object) =>
    void api.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, 'merge', { status }).catch(() => {})
  return {
    clock: systemClock,
    kubeConfig,
    api,
    faults: {
      loseAnswers: ({ match, count }) => proxy.add('loseAnswer', match, { most: count }),
      dropRequests: ({ match, count }) => proxy.add('drop', match, { most: count }),
      refuse: (refusal) =>
        proxy.add('refuse', refusal.match, { refusal, ...(refusal.count !== undefined && { most: refusal.count }) }),
      delay: (delayMs, { match }) => proxy.add('delay', match, { delayMs }),
      dropWatches: (match) => proxy.dropWatches(match),
      stallWatches: ({ match }) => proxy.add('stall', match),
      compact: () => void compactHistory().catch(() => {}),
      evict: (pod) => endPod(pod, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' }),
      killContainer: (pod) => endPod(pod, { phase: 'Failed', reason: 'Evicted', message: 'killed' }),
      setNodeReady() {
        throw new Error('the node is shared with other runs')
      },
    },
    openWire: () => new MemoryWire(proxy.accept),
    settle: () => sleep(20),
    advance: sleep,
    async during(promise, { withinMs }) {
      const late = AbortSignal.timeout(withinMs)
      const over = new Promise<never>((_, reject) => {
        late.addEventListener('abort', () => reject(new Error(`not settled within ${withinMs} ms`)), { once: true })
      })
      return Promise.race([promise, over])
    },
    async podRequests() {
      const found: PodRequestRecord[] = []
      for await (const request of podRequests(auditLogPath)) {
        const { verb, subresource, namespace, name, uid, code, userAgent, receivedAt } = request
        if (namespace === null || !namespaces.includes(namespace) || !userAgent.startsWith('davit-job-')) continue
        const at = Date.parse(receivedAt)
        found.push({
          verb,
          subresource: subresource ?? '',
          namespace,
          name: name ?? '',
          uid: uid ?? '',
          code,
          userAgent,
          at,
        })
      }
      return found
    },
    [Symbol.dispose]() {
      looking[Symbol.dispose]()
      proxy[Symbol.dispose]()
      api[Symbol.dispose]()
    },
  }
}
