import type { Clock, Failure, Logger, TaskInstanceKey, Timer } from '@davit/executor'
import type { DagRunRow, TaskInstanceRow, WorkflowStore } from '../store/workflow-store.ts'
import type { BuiltWorkload, ExecutorPort } from './executor-port.ts'
import { isActive, type TaskNode } from './run-model.ts'
import { RunWaiters } from './run-waiters.ts'
import { SchedulingModel } from './scheduling-model.ts'
import { waitingReason } from './waiting-reason.ts'

/** What a try runs, or why it cannot: then the try fails with it. */
export type BuildWorkload = (
  instance: TaskInstanceRow,
  run: { readonly dagId: string; readonly runId: string },
) => WorkloadOrFailure | Promise<WorkloadOrFailure>
export type WorkloadOrFailure = BuiltWorkload | { readonly failure: Failure }

export interface SchedulerOptions {
  readonly store: WorkflowStore
  readonly executor: ExecutorPort
  /** May ask the store, not Kubernetes. What it throws fails the try as `config`. */
  readonly buildWorkload: BuildWorkload
  readonly clock: Clock
  readonly logger: Logger
  /** Tasks at a time, over all runs; at least 1. */
  readonly taskConcurrency: number
}

type Built =
  | { readonly key: TaskInstanceKey; readonly failure: Failure }
  | { readonly key: TaskInstanceKey; readonly workload: Parameters<ExecutorPort['queueWorkload']>[0] }

/** The executor's gauges and checks hang on its heartbeat, so it gets one when nothing else happens. */
const IDLE_HEARTBEAT_MS = 5_000

/**
 * Takes runs to their end: decides what may run, claims it in the store, hands it to the executor. Works through every run
 * of the store that has not ended. Looks when the store or the executor tells of something, or a retry is due.
 *
 * Promises: a try is handed over only after the store has it as queued; what the store refuses is not done. A store that
 * fails ends the scheduler, and with it every {@link runEnded}.
 *
 * - `idle`     before `start`
 * - `running`  a look at a time; whatever happens during one leads to one more
 * - `stopped`  by `stop`, or by an error; pods go on
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #model = new SchedulingModel()
  readonly #waiters = new RunWaiters()
  #state: 'idle' | 'running' | 'stopped' = 'idle'
  #isWoken = false
  #ticking: Promise<void> | null = null
  #timer: Timer | null = null
  #unsubscribe: (() => void)[] = []

  constructor(options: SchedulerOptions) {
    if (!(options.taskConcurrency >= 1)) {
      throw new RangeError(`taskConcurrency must be at least 1, not ${options.taskConcurrency}`)
    }
    this.#options = options
  }

  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'running'
    const wake = () => this.#wake()
    this.#unsubscribe = [this.#options.store.onChange(wake), this.#options.executor.onActivity(wake)]
    this.#wake()
  }

  /** Resolves when nothing of it is under way any more. What was handed to the executor stays there. */
  async stop(): Promise<void> {
    this.#end(new Error('the scheduler was stopped'))
    await this.#ticking
  }

  /**
   * Resolves with the run when it has ended, however that came about. Pods may outlive it by moments: a worker's outcome
   * counts before its pod has ended.
   *
   * Rejects when there is no such run, and with the error that ended the scheduler.
   */
  async runEnded(dagId: string, runId: string): Promise<DagRunRow> {
    // First: the run may end while the store is asked.
    const ended = this.#waiters.wait(dagId, runId)
    ended.catch(() => {}) // It is awaited below, unless the store has the answer.
    const run = await this.#options.store.dagRun(dagId, runId)
    if (!run) throw new Error(`there is no run ${runId} of DAG ${dagId}`)
    return run.state === 'success' || run.state === 'failed' ? run : ended
  }

  /** Ends a run: what was launched is `failed`, what waits `skipped`, the run `failed`; its pods are stopped. */
  async cancelRun(dagId: string, runId: string): Promise<void> {
    const { store, executor, logger } = this.#options
    const revoked = await store.cancelRun(dagId, runId)
    const results = await Promise.allSettled(revoked.map(async (task) => executor.revokeTask(task)))
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected')
        logger.error('task cannot be revoked', { ...revoked[index]?.key, error: result.reason })
    }
  }

  /** Why a task instance is not running, for people; null when there is nothing to say. */
  waitingReason(instance: Pick<TaskInstanceRow, 'dagId' | 'runId' | 'taskId' | 'mapIndex'>): string | null {
    const { taskConcurrency, executor, clock } = this.#options
    const { dagId, runId, taskId, mapIndex } = instance
    return waitingReason(
      this.#model,
      { dagId, runId, taskId, mapIndex },
      { taskConcurrency, executor, nowMs: clock.now() },
    )
  }

  #wake(): void {
    this.#isWoken = true
    this.#ticking ??= this.#run().finally(() => {
      this.#ticking = null
    })
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWoken && this.#state === 'running') {
        this.#isWoken = false
        await this.#tick()
      }
    } catch (error) {
      this.#options.logger.error('scheduler failed', { error })
      this.#end(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #tick(): Promise<void> {
    const { store, executor, clock } = this.#options
    for (const run of this.#model.apply(await store.scheduling.changes(this.#model.version))) this.#waiters.ended(run)
    for (const run of this.#model.queuedRuns()) {
      run.state = 'running'
      await store.scheduling.startRun(run.dagId, run.runId)
    }
    const hasExpanded = await this.#decide()
    await this.#launch()
    executor.heartbeat()
    await this.#takeEvents()
    for (const { run, outcome } of this.#model.finishedRuns()) {
      await store.scheduling.finishRun(run.dagId, run.runId, outcome)
    }
    // Instances that were made in this tick are seen in the next.
    if (!hasExpanded) this.#refuseStuckRuns()
    this.#setTimer(clock.now())
  }

  /** Tells the store what is decided. True when it made instances. */
  async #decide(): Promise<boolean> {
    const { scheduling } = this.#options.store
    let hasExpanded = false
    for (;;) {
      const { decisions, expansions } = this.#model.decide()
      if (decisions.length > 0) await scheduling.decide(decisions)
      const counts = await Promise.all(
        expansions.map(({ run, task }) => scheduling.expandTask(run.dagId, run.runId, task.spec.taskId)),
      )
      hasExpanded ||= counts.some((count) => count > 0)
      const empty = expansions.filter((_, index) => counts[index] === 0)
      if (empty.length === 0) return hasExpanded
      for (const { run, task } of empty) run.setEmpty(task)
    }
  }

  /** Claims what may start, and hands it over. */
  async #launch(): Promise<void> {
    const { store, executor, clock, taskConcurrency } = this.#options
    const limit = Math.min(taskConcurrency - this.#model.activeCount, executor.slotsAvailable)
    const keys = this.#model.take(limit, clock.now())
    if (keys.length === 0) return
    const claimed = await store.scheduling.claim(keys, executor.jobId)
    const built = await Promise.all(claimed.map((instance) => this.#build(instance)))
    const failed = built.flatMap((one) => ('failure' in one ? [one] : []))
    if (failed.length > 0) await store.scheduling.failTries(failed)
    for (const one of built) if ('workload' in one) executor.queueWorkload(one.workload)
  }

  async #build(instance: TaskInstanceRow): Promise<Built> {
    const { dagId, runId, taskId, mapIndex, tryNumber } = instance
    const key: TaskInstanceKey = { dagId, taskId, runId, tryNumber, mapIndex }
    const node = this.#model.run(dagId, runId)?.tasks.get(taskId)
    if (!node) return { key, failure: buildFailure(`task ${taskId} is not in its DAG`) }
    if (!node.pool) return { key, failure: poolFailure(node) }
    try {
      const built = await this.#options.buildWorkload(instance, { dagId, runId })
      if ('failure' in built) return { key, failure: built.failure }
      const { queue, infrastructureRetries } = node.spec
      const workload = {
        ...built,
        key,
        priority: node.priority,
        infrastructureRetries,
        ...(queue === null ? {} : { queue }),
      }
      return { key, workload }
    } catch (error) {
      // One bad task hurts only itself (I8).
      this.#options.logger.error('workload cannot be built', { ...key, error })
      return { key, failure: buildFailure(error instanceof Error ? error.message : String(error)) }
    }
  }

  /** The store has every end that the executor knows of a launch; here come starts, and tries that never had one. */
  async #takeEvents(): Promise<void> {
    const { store, executor } = this.#options
    const running: TaskInstanceKey[] = []
    const failed: { key: TaskInstanceKey; failure: Failure }[] = []
    for (const [key, event] of executor.getEventBuffer()) {
      // Of an earlier try, or over. What the model does not know yet the store decides.
      if (!isActive(this.#model.instance(key)?.state ?? null)) continue
      if (event.state === 'running') running.push(key)
      else if (event.state === 'failed' || event.state === 'success') failed.push({ key, failure: failureOf(event) })
    }
    if (running.length > 0) await store.scheduling.markRunning(running)
    if (failed.length > 0) await store.scheduling.failTries(failed)
  }

  #refuseStuckRuns(): void {
    for (const { run, taskIds } of this.#model.stuckRuns()) {
      throw new Error(
        `run ${run.runId} of DAG ${run.dagId} cannot end: nothing decides ${taskIds.slice(0, 10).join(', ')}; do they form a cycle?`,
      )
    }
  }

  #setTimer(nowMs: number): void {
    this.#timer?.cancel()
    this.#timer = null
    if (this.#state !== 'running') return
    const nextRetryAtMs = this.#model.nextRetryAtMs() ?? Number.POSITIVE_INFINITY
    // One that is due and has no room is looked at when something ends; its time has no more to say.
    const untilRetry = nextRetryAtMs > nowMs ? nextRetryAtMs - nowMs : Number.POSITIVE_INFINITY
    this.#timer = this.#options.clock.setTimeout(() => this.#wake(), Math.min(untilRetry, IDLE_HEARTBEAT_MS))
  }

  #end(reason: Error): void {
    this.#state = 'stopped'
    this.#timer?.cancel()
    this.#timer = null
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#unsubscribe = []
    this.#waiters.fail(reason)
  }
}

function failureOf({ state, info, failure }: { state: string | null; info: unknown; failure?: Failure }): Failure {
  if (failure) return failure
  const evidence = `executor.state=${state}`
  const message =
    state === 'failed' && info ? String(info) : `the executor reported ${state}, but no outcome was recorded`
  return { class: 'unknown', evidence, message }
}

function poolFailure({ spec }: TaskNode): Failure {
  return {
    class: 'config',
    evidence: `pool=${spec.pool}`,
    message: `there is no pool "${spec.pool}" of at least ${spec.poolSlots} slots`,
  }
}

function buildFailure(message: string): Failure {
  return { class: 'config', evidence: 'workload=invalid', message }
}
