import { readFile } from 'node:fs/promises'
import {
  createKubeClient,
  type ExecutorOptions,
  KubernetesExecutor,
  loadKubeConfig,
  type TaskInstanceKey,
} from '@davit/executor'
import type { PodScript } from './scripted-pod.ts'
import { scriptedWorkload } from './scripted-workload.ts'

/** What `spawnExecutor` passes as the one argument, as JSON. */
export interface ExecutorChildTask {
  readonly kubeconfigPath: string
  readonly namespace: string
  readonly jobId: string
  readonly config: ExecutorOptions
  readonly tasks: readonly { readonly key: TaskInstanceKey; readonly script: PodScript }[]
}

// An executor in a process of its own, which runs until it is killed. Nobody fetches its events: what it learns, it takes
// with it, and its pods stay as they end.
const { kubeconfigPath, namespace, jobId, config, tasks } = JSON.parse(process.argv[2] ?? '') as ExecutorChildTask
const kube = createKubeClient(await loadKubeConfig({ kubeconfig: await readFile(kubeconfigPath, 'utf8') }))
const executor = new KubernetesExecutor({ jobId, parallelism: tasks.length, kube, config: { namespace, ...config } })
await executor.start()
for (const { key, script } of tasks) executor.queueWorkload(scriptedWorkload(key, script))
executor.onActivity(() => executor.heartbeat())
executor.heartbeat()
