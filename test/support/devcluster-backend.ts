import type { Backend } from './backend.ts'

/** Ours: started in the test's own process, one for each file. */
export const devclusterBackend: Backend = {
  name: 'devcluster',
  lacks: {},
  async start({ runtime }) {
    const { startDevCluster } = (await import('@davit/devcluster')) as unknown as DevClusterModule
    const cluster = await startDevCluster({ runtime })
    const stop = () => cluster.stop()
    return {
      url: cluster.url,
      kubeconfig: cluster.kubeconfig,
      kubeconfigPath: cluster.kubeconfigPath,
      podRequests: async () => cluster.podRequests(),
      compactHistory: async () => cluster.faults.compactHistory(),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  },
}

interface DevClusterModule {
  startDevCluster(options: { runtime: 'scripted' | 'process' }): Promise<{
    readonly url: string
    readonly kubeconfig: string
    readonly kubeconfigPath: string
    readonly faults: { compactHistory(): void }
    podRequests(): never
    stop(): Promise<void>
  }>
}
