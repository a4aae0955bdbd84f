import type { ExecutorEvent } from './executor-event.ts'
import type { Metrics } from './metrics.ts'
import { QueuedWorkloads } from './queued-workloads.ts'
import { checkTaskInstanceKey } from './tasks/check-task-instance-key.ts'
import type { TaskInstanceKey } from './tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from './tasks/task-instance-key-map.ts'

/** What may be said of one task about its pod. */
export interface TaskExecutorConfig {
  /** Merged over the generated pod. */
  readonly podOverride?: object | null
  /** In the place of the configured template. */
  readonly podTemplateFile?: string | null
  /** A strategic merge patch, applied after the override: it can set false, 0 and empty values, and take fields away. */
  readonly podPatch?: object | null
}

/** One try of a task, to be launched when there is a slot. */
export interface QueuedWorkload {
  readonly key: TaskInstanceKey
  /** The main container's arguments. */
  readonly args: readonly string[]
  /** Higher goes first. @default 1 */
  readonly priority?: number
  readonly queue?: string | null
  readonly executorConfig?: TaskExecutorConfig | null
  /** How many infrastructure failures lead to a new launch of the same try. @default the configuration's */
  readonly infrastructureRetries?: number
  /** The number of the first launch of the try, when the store knows of earlier ones. @default 1 */
  readonly launchNumber?: number
  /** Whether the pod, deleted by whomever, stays until its end is recorded. With a volatile store it never does. @default the configuration's */
  readonly outcomeFinalizer?: boolean
}

export interface ChangeStateOptions {
  readonly key: TaskInstanceKey
  readonly state: string | null
  readonly info?: string | null
  /** @default true */
  readonly removeRunning?: boolean
}

/** Queue, slots and event buffer, as every executor of Airflow has them. Airflow: `BaseExecutor`. */
export abstract class BaseExecutor {
  /** How many task instances may run at once. */
  readonly parallelism: number
  /** Waiting for a slot, in the order in which they came. */
  readonly queuedTasks: TaskInstanceKeyMap<QueuedWorkload>
  readonly #queue = new QueuedWorkloads()
  /** What was not fetched yet: the latest event of each key. */
  readonly eventBuffer = new TaskInstanceKeyMap<ExecutorEvent>()
  protected readonly metrics: Metrics
  readonly #listeners = new Set<() => void>()
  #isWaking = false

  constructor(parallelism: number, metrics: Metrics) {
    this.queuedTasks = this.#queue
    this.parallelism = parallelism
    this.metrics = metrics
  }

  /** Launched, and not accounted for. */
  protected abstract get runningCount(): number
  protected abstract runningKeys(): Iterable<TaskInstanceKey>
  protected abstract isRunning(key: TaskInstanceKey): boolean
  protected abstract forgetRunning(key: TaskInstanceKey): void
  protected abstract executeQueued(workload: QueuedWorkload): void
  /** Collects results and begins what is due; awaits no Kubernetes call (I4). */
  abstract sync(): void

  /**
   * Remembers a workload for the next heartbeat; one of the same key takes the place of an earlier one. Only tasks have
   * pods: there are no callbacks and no connection tests here, and what is no task is refused before it is remembered.
   *
   * @throws {ArgumentError} `ARGUMENT_INVALID`: it has no key of a task
   */
  queueWorkload(workload: QueuedWorkload): void {
    checkTaskInstanceKey(workload.key)
    this.queuedTasks.set(workload.key, workload)
  }

  /** Queued or running here. */
  hasTask(key: TaskInstanceKey): boolean {
    return this.queuedTasks.has(key) || this.isRunning(key)
  }

  get slotsAvailable(): number {
    return this.parallelism - this.slotsOccupied
  }

  /** Counted anew each time (I5): a key that is queued and running counts once. */
  get slotsOccupied(): number {
    let both = 0
    if (this.runningCount < this.queuedTasks.size) {
      for (const key of this.runningKeys()) if (this.queuedTasks.has(key)) both++
    } else {
      for (const key of this.queuedTasks.keys()) if (this.isRunning(key)) both++
    }
    return this.runningCount + this.queuedTasks.size - both
  }

  /** Gauges, `triggerTasks`, `sync`; to be called in every loop of the scheduler. */
  heartbeat(): void {
    const openSlots = this.parallelism - this.runningCount
    // Airflow's newest name of the tag, and the one before it.
    const name = { executor_class_name: this.constructor.name, name: this.constructor.name }
    this.metrics.gauge('executor.open_slots', openSlots, { status: 'open', ...name })
    this.metrics.gauge('executor.queued_tasks', this.queuedTasks.size, { status: 'queued', ...name })
    this.metrics.gauge('executor.running_tasks', this.runningCount, { status: 'running', ...name })
    this.triggerTasks(openSlots)
    this.sync()
  }

  /**
   * Executes queued workloads, highest priority first, oldest first among equals. One whose key still runs waits, and one
   * of whose last run the end was not fetched.
   */
  triggerTasks(openSlots: number): void {
    if (openSlots <= 0 || this.queuedTasks.size === 0) return
    // Its event would take the place of an end that nobody has fetched yet.
    const isUntold = (key: TaskInstanceKey) => this.eventBuffer.get(key)?.outcome !== undefined
    const mayNot = (key: TaskInstanceKey) => this.isRunning(key) || isUntold(key)
    for (const workload of this.#queue.take(openSlots, mayNot)) this.executeQueued(workload)
  }

  /** The events since the last call, and none of them again. With `dagIds` only those of these DAGs. */
  getEventBuffer(dagIds?: readonly string[] | null): TaskInstanceKeyMap<ExecutorEvent> {
    const taken = new TaskInstanceKeyMap<ExecutorEvent>()
    for (const [key, event] of [...this.eventBuffer]) {
      if (dagIds && !dagIds.includes(key.dagId)) continue
      taken.set(key, event)
      this.eventBuffer.delete(key)
      if (event.outcome && this.queuedTasks.has(key)) this.wake()
    }
    return taken
  }

  /** Says that a task instance has this state, and by default that it does not run here any more. */
  changeState({ key, state, info = null, removeRunning = true }: ChangeStateOptions): void {
    if (removeRunning) this.forgetRunning(key)
    this.report(key, { state, info })
  }

  fail(key: TaskInstanceKey, info: string | null = null): void {
    this.changeState({ key, state: 'failed', info })
  }

  success(key: TaskInstanceKey, info: string | null = null): void {
    this.changeState({ key, state: 'success', info })
  }

  /** Calls back soon after there are new events or free slots, so that nothing has to be polled. Returns the way out. */
  onActivity(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  protected report(key: TaskInstanceKey, event: ExecutorEvent): void {
    this.eventBuffer.set(key, event)
    if (event.state !== 'queued') this.wake()
  }

  /** Many changes of one turn of the event loop are one call. */
  protected wake(): void {
    if (this.#isWaking || this.#listeners.size === 0) return
    this.#isWaking = true
    queueMicrotask(() => {
      this.#isWaking = false
      for (const listener of this.#listeners) listener()
    })
  }
}
