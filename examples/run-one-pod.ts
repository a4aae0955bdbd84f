// Runs one pod with the executor as a library: node scripts/with-node.mjs examples/run-one-pod.ts [KUBECONFIG]
// Without a kubeconfig it brings its own Kubernetes, in which the command runs on this machine.
import { startDevCluster } from '@davit/devcluster'
import { createKubeClient, type ExecutorEvent, KubernetesExecutor, loadKubeConfig } from '@davit/executor'

const given = process.argv[2]
const cluster = given ? null : await startDevCluster({ runtime: 'process' })
const kube = createKubeClient(await loadKubeConfig({ kubeconfigPath: given ?? cluster?.kubeconfigPath ?? '' }))
const executor = new KubernetesExecutor({ jobId: process.pid, kube, config: { deployment: 'one-pod' } })
await executor.start()

const key = { dagId: 'example', taskId: 'hello', runId: `manual__${Date.now()}`, tryNumber: 1, mapIndex: -1 }
const podOverride = { spec: { containers: [{ image: 'busybox', command: ['sh', '-c', 'echo hello from a pod'] }] } }
const { state, info, launch } = await new Promise<ExecutorEvent>((resolve) => {
  executor.onActivity(() => {
    const event = executor.eventBuffer.get(key)
    if (event?.outcome) resolve(event)
  })
  executor.queueWorkload({ key, args: [], executorConfig: { podOverride } })
  executor.heartbeat()
})
const [, logs] = await executor.getTaskLog({ key, queuedByJobId: executor.jobId }, 1)
console.log([`pod ${launch?.podName}: ${state}`, info, ...logs].filter(Boolean).join('\n'))

// The outcome is ours once it was taken out of the buffer; then the pod may go.
executor.getEventBuffer()
await executor.settled()
await executor.end()
await kube.close()
await cluster?.stop()
process.exitCode = state === 'success' ? 0 : 1
