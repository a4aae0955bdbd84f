import {
  createKubeClient,
  type ExecutorEvent,
  type ExecutorOptions,
  KubernetesExecutor,
  type LaunchStore,
  type LogArchive,
  type Logger,
  loadKubeConfig,
  type PodMutationHook,
  type PodVerbs,
  type QueuedWorkload,
  type TaskInstanceKey,
  taskInstanceKeyText,
} from '@davit/executor'
import { eventually } from './eventually.ts'

export interface ExecutorRunOptions {
  readonly kubeconfig: string
  readonly namespace: string
  readonly jobId: string
  readonly parallelism?: number
  readonly config?: ExecutorOptions
  readonly logger?: Logger
  readonly logArchive?: LogArchive
  readonly podMutationHook?: PodMutationHook
  /** @default one whose memory ends with the executor */
  readonly store?: LaunchStore
  readonly aliveJobIds?: () => Promise<readonly string[]>
  /** By which the server's log tells its requests from others'. @default the client's */
  readonly userAgent?: string
  /** Told of everything that is reported, as it is. */
  readonly onEvent?: (key: TaskInstanceKey, event: ExecutorEvent) => void
  /** Stands before the client: the verbs as the executor gets them. @default they are given as they are */
  readonly wrapPods?: (pods: PodVerbs) => PodVerbs
}

/** Scripted pods run no image, but every pod names one. */
export const anyImage = { workerContainerRepository: 'busybox', workerContainerTag: '1' } as const

/** An executor at work, and what it has reported. */
export interface ExecutorRun extends AsyncDisposable {
  readonly executor: KubernetesExecutor
  /** Everything that was reported of a task, in order. */
  events(key: TaskInstanceKey): readonly ExecutorEvent[]
  /** The ends that were reported of a task: one, if all is well. */
  ends(key: TaskInstanceKey): readonly ExecutorEvent[]
  submit(...workloads: readonly QueuedWorkload[]): void
  /** Waits until each of the tasks has an end. */
  untilEnded(keys: readonly TaskInstanceKey[], options?: { readonly withinMs?: number }): Promise<void>
  /** Waits until a task has this state. */
  untilState(key: TaskInstanceKey, state: string): Promise<ExecutorEvent>
  /** Turns the crank no more, and stops the executor. */
  stop(how: 'end' | 'terminate'): Promise<void>
}

/** Starts an executor and turns its crank: a heartbeat after each submission and whenever it asks for one. */
export async function startExecutor(options: ExecutorRunOptions): Promise<ExecutorRun> {
  const { kubeconfig, namespace, jobId, parallelism = 32, config, logger, logArchive, podMutationHook } = options
  const { store, wrapPods, aliveJobIds, userAgent, onEvent = () => {} } = options
  const kube = createKubeClient(await loadKubeConfig({ kubeconfig }), userAgent === undefined ? {} : { userAgent })
  const executor = new KubernetesExecutor({
    jobId,
    parallelism,
    kube: wrapPods ? { pods: wrapPods(kube.pods) } : kube,
    config: { namespace, ...anyImage, ...config },
    ...(logger && { logger }),
    ...(logArchive && { logArchive }),
    ...(podMutationHook && { podMutationHook }),
    ...(store && { store }),
    ...(aliveJobIds && { aliveJobIds }),
  })
  const reported = new Map<string, ExecutorEvent[]>()
  const eventsOf = (key: TaskInstanceKey) => reported.get(taskInstanceKeyText(key)) ?? []
  let isDue = false
  let isOver = false
  const turn = () => {
    isDue = false
    if (isOver) return
    executor.heartbeat()
    for (const [key, event] of executor.getEventBuffer()) {
      reported.set(taskInstanceKeyText(key), [...eventsOf(key), event])
      onEvent(key, event)
    }
  }
  const wake = () => {
    if (isDue) return
    isDue = true
    setImmediate(turn)
  }
  executor.onActivity(wake)
  await executor.start()

  const stop = async (how: 'end' | 'terminate') => {
    isOver = true
    await executor[how]()
  }
  const ends = (key: TaskInstanceKey) => eventsOf(key).filter(({ outcome }) => outcome !== undefined)
  return {
    executor,
    events: eventsOf,
    ends,
    submit(...workloads) {
      for (const workload of workloads) executor.queueWorkload(workload)
      wake()
    },
    async untilEnded(keys, { withinMs = 30_000 } = {}) {
      await eventually(
        () => {
          const open = keys.filter((key) => ends(key).length === 0)
          if (open.length === 0) return true
          const first = open[0]
          const why = first && executor.waitingReason(first)
          throw new Error(`${open.length} of ${keys.length} tasks have no end; the first waits: ${why}`)
        },
        { withinMs },
      )
    },
    untilState: (key, state) => eventually(() => eventsOf(key).find((event) => event.state === state)),
    stop,
    async [Symbol.asyncDispose]() {
      await stop('end')
      await kube.close()
    },
  }
}
