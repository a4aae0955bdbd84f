import { BaseExecutor, type QueuedWorkload } from './base-executor.ts'
import { type Clock, systemClock } from './clock.ts'
import type { ExecutorConfig, ExecutorOptions } from './config/executor-config.ts'
import { idleOptions } from './config/options-without-effect.ts'
import { resolveConfigForStore } from './config/resolve-config-for-store.ts'
import { ExecutorError, InputError } from './errors.ts'
import type { ExecutorEvent } from './executor-event.ts'
import { inBatches } from './in-batches.ts'
import type { KubeClient, PodVerbs, ResourceVerbs } from './kube/kube-client.ts'
import type { Pod } from './kube/types.ts'
import { type Logger, silentLogger } from './logger.ts'
import type { AdoptableTaskInstance } from './loops/adoption/adoption.ts'
import { ExecutorAdoption } from './loops/adoption/executor-adoption.ts'
import { LeaseKeeper } from './loops/adoption/lease-keeper.ts'
import { letGoOfLost } from './loops/adoption/let-go-of-lost.ts'
import { disposeOfRecordedPods } from './loops/adoption/recorded-pods.ts'
import { BackgroundTasks } from './loops/background-tasks.ts'
import { ExecutorGauges } from './loops/executor-gauges.ts'
import type { ExecutorState } from './loops/executor-state.ts'
import { InMemoryLaunchStore } from './loops/in-memory-launch-store.ts'
import { LaunchEngine } from './loops/launch-engine.ts'
import type { LaunchEntry } from './loops/launch-entry.ts'
import type { LaunchOutcome, LaunchStore } from './loops/launch-store.ts'
import { heldLaunches } from './loops/launching/held-launches.ts'
import type { PodMutationHook } from './loops/launching/launch-pod-builder.ts'
import type { LogArchive } from './loops/logs/log-archive.ts'
import { type TaskLogRequest, TaskLogs } from './loops/logs/task-logs.ts'
import { MeasuredPods } from './loops/measured-pods.ts'
import { Periods } from './loops/periods.ts'
import { PodScopes } from './loops/tracking/pod-scopes.ts'
import { NOT_DONE_TERM, ownerTerm } from './loops/tracking/selector-terms.ts'
import { waitingReason } from './loops/tracking/waiting-reason.ts'
import { watchScopes } from './loops/tracking/watched-namespaces.ts'
import { Troubles } from './loops/troubles.ts'
import type { Workload } from './loops/workload.ts'
import { type Metrics, noMetrics } from './metrics.ts'
import { ownerJobId } from './owner-job-id.ts'
import { fromObj, podPatchOf } from './pods/executor-pod-override.ts'
import { ResourceVersion } from './resource-version.ts'
import type { TaskInstanceKey } from './tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from './tasks/task-instance-key-map.ts'
import { TaskInstanceKeySet } from './tasks/task-instance-key-set.ts'

export interface KubernetesExecutorOptions {
  /** Names the owner of pods: the label `airflow-worker`. No two living executors of a deployment share it. */
  readonly jobId: string | number
  /** @default the configuration's, 32 */
  readonly parallelism?: number
  /**
   * The API server; only `pods` of it is needed. With `events` it says more of pods that do not start, with `resources` it
   * sees when a used-up quota has room again, instead of trying. The caller closes it.
   */
  readonly kube: Pick<KubeClient, 'pods'> &
    Partial<Pick<KubeClient, 'events'> & { readonly resources: Pick<ResourceVerbs, 'watch'> }>
  /** @default {} */
  readonly config?: ExecutorOptions
  /** @default a new {@link InMemoryLaunchStore} */
  readonly store?: LaunchStore
  readonly clock?: Clock
  /** At least 0 and below 1. @default Math.random */
  readonly random?: () => number
  readonly logger?: Logger
  readonly metrics?: Metrics
  readonly podMutationHook?: PodMutationHook
  /** Keeps the logs of ended launches before their pods go. @default none are kept */
  readonly logArchive?: LogArchive
  /** `adoption: 'label'`: the job ids of the other executors that live at present, whose ended pods are left to them. @default none */
  readonly aliveJobIds?: () => Promise<readonly string[]>
}

/** A task instance to be revoked, as the scheduler knows it. */
export interface RevocableTaskInstance {
  readonly key: TaskInstanceKey
  readonly queuedByJobId: string | null
}

/** Until when a stop waits for what is under way. Airflow: 20 s for its watchers. */
const END_MS = 20_000

/**
 * Runs task instances as pods, each accounted for exactly once. The members are those of Airflow's class of this name, in
 * camelCase; ARCHITECTURE.md says how a task goes through it.
 *
 * `start()` before, `end()` after use. Between them, `heartbeat()` whenever there may be something to launch: after
 * `queueWorkload`, and when `onActivity` calls back.
 */
export class KubernetesExecutor extends BaseExecutor {
  readonly jobId: string
  readonly config: ExecutorConfig
  readonly #options: KubernetesExecutorOptions
  readonly #pods: PodVerbs
  readonly #store: LaunchStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #engine: LaunchEngine
  readonly #adoption: ExecutorAdoption
  readonly #logs: TaskLogs
  readonly #background: BackgroundTasks
  readonly #periods: Periods
  readonly #troubles: Troubles
  readonly #gauges: ExecutorGauges
  readonly #resourceVersion = new ResourceVersion()
  /** Numbers of launches that an earlier process had reached. */
  readonly #launchNumbers = new TaskInstanceKeyMap<number>()
  readonly #queuedAt = new WeakMap<QueuedWorkload, number>()
  /** Outcomes whose events are in the buffer. */
  readonly #announced = new TaskInstanceKeyMap<LaunchOutcome[]>()
  readonly #lease: LeaseKeeper | null = null
  #scopes: PodScopes | null = null
  #hasLookedForRecorded = false
  #lifecycle: ExecutorState['lifecycle'] = 'new'
  #ending: Promise<void> | null = null

  /** @throws {ConfigError} `CONFIG_INVALID`; `ArgumentError`, `ARGUMENT_INVALID`: no job id */
  constructor(options: KubernetesExecutorOptions) {
    const config = resolveConfigForStore(
      { ...options.config, parallelism: options.parallelism ?? options.config?.parallelism },
      { hasLeases: options.store?.leases !== undefined, isVolatile: options.store?.isVolatile ?? !options.store },
    )
    super(config.parallelism, options.metrics ?? noMetrics)
    this.#options = options
    this.config = config
    this.jobId = ownerJobId('jobId', options.jobId)
    this.#store = options.store ?? new InMemoryLaunchStore()
    this.#clock = options.clock ?? systemClock
    this.#logger = (options.logger ?? silentLogger).child({ jobId: this.jobId })
    for (const { option, reason } of idleOptions(options.config ?? {}))
      this.#logger.warn('option has no effect', { option, error: reason })
    const pods = new MeasuredPods(options.kube.pods, { metrics: this.metrics, clock: this.#clock })
    this.#pods = pods
    const shared = { pods, config, jobId: this.jobId, store: this.#store, clock: this.#clock, logger: this.#logger }
    this.#background = new BackgroundTasks(this.#logger)
    this.#troubles = new Troubles({ ...shared, metrics: this.metrics })
    const { leases } = this.#store
    this.#engine = new LaunchEngine({
      ...shared,
      kubeEvents: options.kube.events,
      kubeResources: options.kube.resources,
      random: options.random ?? Math.random,
      metrics: this.metrics,
      troubles: this.#troubles,
      podMutationHook: options.podMutationHook,
      logArchive: options.logArchive,
      beforeCreate: () => this.#mustHoldLease(),
      events: {
        onRunning: ({ key, launch }) =>
          this.report(key, { state: 'running', info: this.jobId, ...(launch && { launch }) }),
        onFinished: (entry, outcome, state) => this.#finished(entry, outcome, state),
        onReleased: ({ key }) => this.#released(key),
      },
    })
    this.#adoption = new ExecutorAdoption({
      ...shared,
      cache: {
        synced: async () => (await this.#scopes?.synced()) ?? false,
        record: (namespace, name) => this.#scopes?.record(namespace, name),
        records: () => this.#scopes?.records() ?? [],
      },
      engine: this.#engine,
      metrics: this.metrics,
      isOurs: (key) => this.hasTask(key) || this.eventBuffer.has(key),
      aliveJobIds: options.aliveJobIds,
    })
    if (config.adoption === 'lease' && leases) {
      this.#lease = new LeaseKeeper({
        ...shared,
        leases,
        leaseSeconds: config.leaseSeconds,
        random: options.random ?? Math.random,
        metrics: this.metrics,
        onTakenOver: () => letGoOfLost(this.#engine, { store: this.#store, jobId: this.jobId }),
      })
    }
    this.#logs = new TaskLogs({ ...shared, book: this.#engine.book })
    this.#periods = new Periods(this.#clock)
    this.#gauges = new ExecutorGauges({ clock: this.#clock, metrics: this.metrics, state: () => this.state })
  }

  /** Reads the store and begins to watch. Awaits no Kubernetes call: a server that cannot be reached is tried again. */
  async start(): Promise<void> {
    if (this.#lifecycle !== 'new')
      throw new ExecutorError('EXECUTOR_STATE', `the executor has ${this.#lifecycle} already`)
    this.#lifecycle = 'started'
    await this.#lease?.start()
    const { resourceVersions } = this.#store
    for (const [namespace, version] of await resourceVersions.load()) this.#resourceVersion.set(namespace, version)
    for await (const batch of inBatches(await this.#store.currentLaunches())) {
      for (const { key, number } of batch) this.#launchNumbers.set(key, number)
    }
    this.#scopes = new PodScopes({
      pods: this.#pods,
      scopes: watchScopes(this.config),
      labelSelector: `${ownerTerm(this.config, this.jobId)},${NOT_DONE_TERM}`,
      resyncSeconds: this.config.resyncSeconds,
      resourceVersion: this.#resourceVersion,
      store: this.#store,
      clock: this.#clock,
      random: this.#options.random ?? Math.random,
      logger: this.#logger,
      metrics: this.metrics,
      troubles: this.#troubles,
      project: (pod) => this.#engine.tracker.record(pod),
      onNotice: (notice) => this.#engine.notice(notice),
    })
    this.#scopes.start()
    this.#periods.begin()
    this.#gauges.start()
  }

  /** What is going on, and what keeps it from going on: a snapshot. */
  get state(): ExecutorState {
    const { launcher, book } = this.#engine
    const launches = { waiting: 0, creating: 0, live: 0, replacing: 0, ended: 0 }
    for (const { phase } of book.entries()) if (phase !== 'closed') launches[phase] += 1
    return {
      lifecycle: this.#lifecycle,
      adoption: this.config.adoption,
      watches: this.#scopes?.state() ?? [],
      launches,
      creates: {
        inFlight: launcher.inFlight,
        limit: launcher.concurrency,
        held: heldLaunches(book.entries(), (entry) => launcher.holdOf(entry)),
      },
      poisonPods: this.#scopes?.poison.list() ?? [],
      troubles: this.#troubles.list(),
    }
  }

  /** As Airflow's, and the gauges that go with it. */
  override heartbeat(): void {
    super.heartbeat()
    this.#gauges.send()
  }

  /** Launched, and not accounted for: a copy. */
  get running(): TaskInstanceKeySet {
    return new TaskInstanceKeySet([...this.#engine.book.entries()].map(({ key }) => key))
  }

  override queueWorkload(workload: QueuedWorkload): void {
    this.#queuedAt.set(workload, this.#clock.now())
    super.queueWorkload(workload)
  }

  /** Hands one try to the launcher, whatever the slots say. A wrong `executorConfig` fails the task at once. */
  executeAsync(queued: QueuedWorkload): void {
    const { key, args, queue, executorConfig, priority, infrastructureRetries, launchNumber, outcomeFinalizer } = queued
    this.#mustBeStarted()
    if (this.isRunning(key)) {
      this.#logger.error('task runs already', { ...key })
      return
    }
    const workload: Workload = {
      key,
      args,
      priority: priority ?? 1,
      queue: queue ?? null,
      podOverride: null,
      podTemplateFile: executorConfig?.podTemplateFile ?? null,
      infrastructureRetries: infrastructureRetries ?? this.config.infrastructureRetries,
      launchNumber: launchNumber ?? this.#launchNumbers.get(key) ?? 1,
      queuedAt: this.#queuedAt.get(queued) ?? this.#clock.now(),
      mayExist: launchNumber !== undefined || this.#launchNumbers.has(key),
      ...(outcomeFinalizer !== undefined && { outcomeFinalizer }),
    }
    this.#launchNumbers.delete(key)
    this.#queuedAt.delete(queued)
    let podOverride: Pod | null
    try {
      podOverride = fromObj(executorConfig)
    } catch (error) {
      this.#rejectConfig(workload, error)
      return
    }
    this.report(key, { state: 'queued', info: this.jobId })
    this.#engine.submit({ ...workload, podOverride, podPatch: podPatchOf(executorConfig) })
  }

  /** Begins what is due: creates of a new batch, and what the configuration wants done from time to time. */
  sync(): void {
    this.#mustBeStarted()
    const { config } = this
    this.#engine.launcher.allowBatch()
    const due = (name: string, seconds: number) => seconds > 0 && this.#periods.isDue(name, seconds)
    if (due('completed pods', config.orphanedTasksCheckInterval)) {
      this.#background.begin('adopt completed pods', (signal) => this.#adoption.adoptCompletedPods(signal))
    }
    // Also at once: what an earlier process left has waited for long enough.
    if (due('recorded pods', config.orphanedTasksCheckInterval) || !this.#hasLookedForRecorded) {
      this.#hasLookedForRecorded = true
      const { book, reaper } = this.#engine
      const parts = { pods: this.#pods, config, store: this.#store, book, reaper, clock: this.#clock }
      this.#background.begin('dispose of recorded pods', (signal) => disposeOfRecordedPods(parts, signal))
    }
    if (
      due('kept pods', config.failedPodTtlSeconds && Math.min(3_600, Math.max(60, config.failedPodTtlSeconds / 24)))
    ) {
      this.#background.begin('delete old failed pods', (signal) =>
        this.#adoption.reapKeptPods({ signal, olderThanSeconds: config.failedPodTtlSeconds }),
      )
    }
    if (due('not launched', config.workerPodsQueuedCheckInterval)) {
      this.#background.begin('requeue what was not launched', (signal) =>
        this.#adoption.clearNotLaunchedQueuedTasks(signal),
      )
    }
    if (due('pending', config.workerPodsPendingTimeoutCheckInterval)) this.checkWorkerPodsPendingTimeout()
  }

  /** Takes over the pods of executors that are gone. Resolves to the task instances without one. May be called again. */
  async tryAdoptTaskInstances<T extends AdoptableTaskInstance>(tis: readonly T[]): Promise<T[]> {
    this.#mustBeStarted()
    return this.#adoption.tryAdoptTaskInstances(tis)
  }

  /** Takes over one pod, if it is of a candidate, and takes that out of the candidates. True: adopted. */
  async adoptLaunchedTask(pod: Pod, candidates: TaskInstanceKeyMap<unknown>): Promise<boolean> {
    this.#mustBeStarted()
    return this.#adoption.adoptLaunchedTask(pod, candidates)
  }

  /** Takes over and disposes of ended pods that no living executor answers for. */
  async adoptCompletedPods(): Promise<void> {
    this.#mustBeStarted()
    await this.#adoption.adoptCompletedPods()
  }

  /** Puts queued task instances of the store that this executor neither has nor finds a pod of back to scheduled. */
  async clearNotLaunchedQueuedTasks(): Promise<void> {
    this.#mustBeStarted()
    await this.#adoption.clearNotLaunchedQueuedTasks()
  }

  /** Fails tasks whose pod is pending for longer than `workerPodsPendingTimeout`. Airflow to 2.5; the other deadlines are always on. */
  checkWorkerPodsPendingTimeout(): void {
    this.#mustBeStarted()
    this.#engine.tracker.failPendingOlderThan(
      this.config.workerPodsPendingTimeout,
      this.config.workerPodsPendingTimeoutBatchSize,
    )
  }

  /** Forgets a task instance and takes its pod away, without an event. */
  async revokeTask({ key, queuedByJobId }: RevocableTaskInstance): Promise<void> {
    this.#mustBeStarted()
    this.queuedTasks.delete(key)
    const event = this.eventBuffer.get(key)
    if (event?.state === 'queued' || event?.state === 'running') this.eventBuffer.delete(key)
    if (!this.#engine.revoke(key)) await this.#revokeUnknown(key, queuedByJobId ?? this.jobId)
  }

  /** What is not in our book. A store or server that does not answer is asked again, for as long as we live. */
  async #revokeUnknown(key: TaskInstanceKey, owner: string): Promise<void> {
    const revoke = () => this.#adoption.revokeUnknown(key, owner)
    try {
      await revoke()
    } catch (error) {
      this.#logger.warn('task cannot be revoked yet', { ...key, error })
      this.#engine.insist(revoke)
    }
  }

  /** `[messages, logs]` of a try whose pod is there, live or kept. Needs no `start()`. Never rejects: the error is a message. */
  getTaskLog(ti: TaskLogRequest, tryNumber: number): Promise<[messages: string[], logs: string[]]> {
    return this.#logs.getTaskLog(ti, tryNumber)
  }

  /** The log of a try, line by line as it grows, until its main container ends. Rejects when there is no pod. */
  streamTaskLog(ti: TaskLogRequest, tryNumber: number, options: { signal?: AbortSignal } = {}): AsyncIterable<string> {
    return this.#logs.streamTaskLog(ti, tryNumber, options)
  }

  /** Why a task is not running yet, for people; null when it runs, or is not ours. */
  waitingReason(key: TaskInstanceKey): string | null {
    const entry = this.#engine.book.get(key)
    if (entry) {
      const refusal = this.#engine.launchReason(entry)
      const blindness = this.#scopes?.blindness(entry.namespace) ?? null
      return waitingReason(entry, { refusal, blindness, now: this.#clock.now() })
    }
    if (!this.queuedTasks.has(key)) return null
    if (this.runningCount < this.parallelism) return 'in the queue'
    return `in the queue: ${this.runningCount} of ${this.parallelism} slots taken`
  }

  override getEventBuffer(dagIds?: readonly string[] | null): TaskInstanceKeyMap<ExecutorEvent> {
    const events = super.getEventBuffer(dagIds)
    for (const key of events.keys()) {
      const outcomes = this.#announced.get(key)
      this.#announced.delete(key)
      if (outcomes) this.#engine.drained(outcomes)
    }
    return events
  }

  /** Resolves when nothing of ours is under way or could begin now. What waits out a backoff, or for a pod, does not count. */
  async settled(): Promise<void> {
    await this.#scopes?.tried()
    await this.#engine.idle()
    await this.#background.idle()
    await this.#engine.idle()
  }

  /** Deletes the failed pods that were kept, those of this job, whatever their age. Resolves when they are gone. */
  async reapFailedPods(): Promise<void> {
    await this.#engine.idle()
    await this.#adoption.reapKeptPods({ ofJob: this.jobId })
    await this.#engine.reaper.idle()
  }

  /**
   * Stops cleanly (I11): begins nothing more, lets creates and commits under way end, for at most 20 s. Running pods go
   * on, and can be adopted, by lease at once; workloads without a pod stay queued in the store. May be called again.
   */
  end(): Promise<void> {
    return this.#stop(END_MS)
  }

  /** Stops at once: what is under way is aborted, and a lease runs out. Nothing is lost that a restart would not find again. */
  terminate(): Promise<void> {
    return this.#stop(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }

  protected get runningCount(): number {
    return this.#engine.book.size
  }

  protected *runningKeys(): Iterable<TaskInstanceKey> {
    for (const { key } of this.#engine.book.entries()) yield key
  }

  protected isRunning(key: TaskInstanceKey): boolean {
    return this.#engine.book.get(key) !== undefined
  }

  /** The caller knows better than the pod: it goes. */
  protected forgetRunning(key: TaskInstanceKey): void {
    this.#engine.revoke(key)
  }

  protected executeQueued(workload: QueuedWorkload): void {
    this.executeAsync(workload)
  }

  #finished({ key, timeline: meter }: LaunchEntry, outcome: LaunchOutcome, state: string | null): void {
    const { info, failure, launch } = outcome
    const timeline = meter?.read()
    for (const [phase, ms] of Object.entries(timeline?.parts ?? {}))
      this.metrics.timing('davit_executor.task_phase', ms, { phase })
    if (this.#store.isVolatile) this.#announced.set(key, [...(this.#announced.get(key) ?? []), outcome])
    // A null would erase Airflow's `external_executor_id` of a task that goes on (N5).
    const goesOn = state === 'queued' || state === 'running'
    this.report(key, {
      state,
      info: info ?? (goesOn ? this.jobId : null),
      ...(failure && { failure }),
      launch,
      outcome,
      ...(timeline && { timeline }),
    })
  }

  /** What was not fetched yet of a task that is not ours any more says nothing. */
  #released(key: TaskInstanceKey): void {
    const state = this.eventBuffer.get(key)?.state
    if (state === 'queued' || state === 'running') this.eventBuffer.delete(key)
    this.wake()
  }

  #rejectConfig(workload: Workload, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    const [problem] = error instanceof InputError ? error.problems : []
    this.#logger.error('invalid executorConfig', { ...workload.key, error })
    const failure = {
      class: 'config',
      evidence: `${problem?.path ?? 'executorConfig'}=${problem?.message ?? message}`,
      message,
    } as const
    this.#engine.reject(workload, failure, 'Invalid executor_config passed')
  }

  #stop(graceMs: number): Promise<void> {
    this.#ending ??= this.#stopOnce(graceMs)
    return this.#ending
  }

  async #stopOnce(graceMs: number): Promise<void> {
    this.#lifecycle = 'ended'
    this.#gauges.stop()
    await this.#scopes?.stop()
    await this.#engine.stop(graceMs)
    await this.#background.stop()
    await this.#logs.stop()
    await this.#lease?.stop({ release: graceMs > 0 })
  }

  /** A process that stood still for longer than its lease must not go on with creates: they may be another's by now. */
  #mustHoldLease(): void {
    if (!this.#lease || this.#lease.isHeld) return
    throw new ExecutorError('EXECUTOR_STATE', `the lease of job ${this.jobId} has run out, and is being renewed`)
  }

  #mustBeStarted(): void {
    if (this.#lifecycle === 'started') return
    const what = this.#lifecycle === 'new' ? 'was not started: call start() first' : 'has ended'
    throw new ExecutorError('EXECUTOR_STATE', `the executor ${what}`)
  }
}
