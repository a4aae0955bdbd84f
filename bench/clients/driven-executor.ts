import {
  createKubeClient,
  type ExecutorEvent,
  type ExecutorOptions,
  KubernetesExecutor,
  type LaunchStore,
  type LogArchive,
  loadKubeConfig,
  type QueuedWorkload,
  type TaskInstanceKey,
} from '@davit/executor'

export interface DrivenExecutorOptions {
  readonly kubeconfig: string
  readonly template: string
  readonly config?: ExecutorOptions
  /** @default `bench` */
  readonly jobId?: string
  /** @default one in memory */
  readonly store?: LaunchStore
  readonly logArchive?: LogArchive
  /** How often there is a heartbeat though nothing asks for one. @default never */
  readonly heartbeatMs?: number
  /** Told of every event, as the scheduler gets it. */
  readonly onEvent: (key: TaskInstanceKey, event: ExecutorEvent) => void
}

/**
 * Davit's executor and a scheduler that has nothing else to do: a heartbeat after each submission and whenever the
 * executor asks for one, and the events taken out of it at once.
 */
export class DrivenExecutor implements AsyncDisposable {
  readonly executor: KubernetesExecutor
  readonly #onEvent: DrivenExecutorOptions['onEvent']
  readonly #close: () => Promise<void>
  #isDue = false
  #isOver = false
  #pace: NodeJS.Timeout | undefined

  private constructor(
    executor: KubernetesExecutor,
    onEvent: DrivenExecutorOptions['onEvent'],
    close: () => Promise<void>,
  ) {
    this.executor = executor
    this.#onEvent = onEvent
    this.#close = close
    executor.onActivity(() => this.#wake())
  }

  static async start({
    jobId = 'bench',
    store,
    kubeconfig,
    template,
    config,
    logArchive,
    heartbeatMs,
    onEvent,
  }: DrivenExecutorOptions): Promise<DrivenExecutor> {
    const kube = createKubeClient(await loadKubeConfig({ kubeconfigPath: kubeconfig }))
    const executor = new KubernetesExecutor({
      jobId,
      parallelism: 100_000,
      kube,
      config: { namespace: 'default', podTemplateFile: template, ...config },
      ...(store && { store }),
      ...(logArchive && { logArchive }),
    })
    const driven = new DrivenExecutor(executor, onEvent, () => kube.close())
    await executor.start()
    if (heartbeatMs !== undefined) driven.#pace = setInterval(() => driven.#wake(), heartbeatMs)
    return driven
  }

  submit(workloads: readonly QueuedWorkload[]): void {
    for (const workload of workloads) this.executor.queueWorkload(workload)
    this.#wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    clearInterval(this.#pace)
    await this.executor.end()
    await this.#close()
  }

  #wake(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#isDue = false
    if (this.#isOver) return
    this.executor.heartbeat()
    for (const [key, event] of this.executor.getEventBuffer()) this.#onEvent(key, event)
  }
}
