import type { Failure, Pod, TaskInstanceKey } from '@davit/executor'

/** What a try runs: the part of a workload that depends on the task. */
export interface BuiltWorkload {
  /** Whether its pod is kept until its end is recorded. @default the configuration's */
  readonly outcomeFinalizer?: boolean
  /** The main container's arguments. */
  readonly args: readonly string[]
  readonly executorConfig?: {
    readonly podOverride?: Pod
    readonly podPatch?: object
    readonly podTemplateFile?: string
  }
}

/** One event of the executor. Ends are in the store before they are told. */
export interface ExecutorEvent {
  readonly state: string | null
  readonly info: unknown
  readonly failure?: Failure
}

/** What the scheduler needs of a `KubernetesExecutor`. None of it awaits Kubernetes (I4). */
export interface ExecutorPort {
  readonly jobId: string
  readonly slotsAvailable: number
  queueWorkload(
    workload: BuiltWorkload & {
      readonly key: TaskInstanceKey
      readonly priority: number
      readonly queue?: string
      readonly infrastructureRetries: number
    },
  ): void
  heartbeat(): void
  /** Takes the events that came since the last call. */
  getEventBuffer(): Iterable<readonly [TaskInstanceKey, ExecutorEvent]>
  /** Calls back whenever a heartbeat or the event buffer is worth a look. Returns the function that ends it. */
  onActivity(listener: () => void): () => void
  revokeTask(task: { readonly key: TaskInstanceKey; readonly queuedByJobId: string | null }): unknown
  /** Why a task that was handed over has not started; null when there is nothing to say. */
  waitingReason?(key: TaskInstanceKey): string | null
}
