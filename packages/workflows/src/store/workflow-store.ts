import type { Failure, LaunchStore, TaskInstanceKey } from '@davit/executor'
import type { DagSpec, JsonValue } from '../dag/dag-spec.ts'
import type { SchedulingStore } from './scheduling-store.ts'

/** Airflow's states of a task instance; null: not looked at yet. */
export type TaskInstanceState =
  | 'scheduled'
  | 'queued'
  | 'running'
  | 'success'
  | 'failed'
  | 'up_for_retry'
  | 'up_for_reschedule'
  | 'upstream_failed'
  | 'skipped'
  | 'removed'
  | 'deferred'
  | 'restarting'
export type DagRunState = 'queued' | 'running' | 'success' | 'failed'

export interface DagRunRow {
  readonly dagId: string
  readonly runId: string
  readonly state: DagRunState
  readonly logicalDate: string
  readonly params: Readonly<Record<string, JsonValue>>
  readonly spec: DagSpec
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export interface TaskInstanceRow {
  readonly dagId: string
  readonly taskId: string
  readonly runId: string
  readonly mapIndex: number
  readonly state: TaskInstanceState | null
  /** 0 before the first try. */
  readonly tryNumber: number
  readonly mapItem: JsonValue
  /** Of the last launch. */
  readonly podName: string | null
  readonly launchId: string | null
  /** ISO 8601: the last try's first launch, the start of its code, its end; when a retry is due. */
  readonly queuedAt: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly nextTryAt: string | null
  readonly failure: Failure | null
  /** Present when the task returned one. */
  readonly result?: JsonValue
  readonly logPath: string | null
}

/** How one try ended. There is exactly one for each try that ended. */
export interface TryRow {
  readonly taskId: string
  readonly mapIndex: number
  readonly tryNumber: number
  readonly state: 'success' | 'failed' | 'skipped' | 'up_for_retry'
  readonly failure: Failure | null
  /** Why it was skipped, for one. */
  readonly info: string | null
  /** Its last launch; null when it failed before one was recorded. */
  readonly launchId: string | null
  /** Of that launch. */
  readonly podName: string | null
  readonly logPath: string | null
  /** Launches that were lost before this one and charged to `infrastructureRetries`. */
  readonly infrastructureFailures: number
  /** ISO 8601, as in {@link TaskInstanceRow}. */
  readonly queuedAt: string | null
  readonly startedAt: string | null
  readonly endedAt: string
}

/** A task instance whose launch was given up: its executor has to stop it. */
export interface RevokedTask {
  readonly key: TaskInstanceKey
  readonly queuedByJobId: string | null
}

/** The worker's identity: what its token stands for. Task routes take nothing else from a worker to say who it is. */
export interface WorkerIdentity {
  readonly launchId: string
  readonly podUid: string
}

/** What a function task is told when it may start. */
export interface StartedTask {
  readonly key: TaskInstanceKey
  readonly mapItem: JsonValue
  readonly logicalDate: string
  readonly params: Readonly<Record<string, JsonValue>>
  readonly executionTimeoutSeconds: number | null
}

/** How a function task ended, in its worker's words. */
export type WorkerOutcome =
  | { readonly state: 'success'; readonly result?: JsonValue }
  | { readonly state: 'skipped'; readonly reason: string }
  | { readonly state: 'failed'; readonly failure: Failure }

/** The part of the store that the task API stands on. Each refusal is a value: the worker must end. */
export interface TaskApiStore {
  /** Promise (c): binds (launch, pod uid) once. Null: the token is unknown, spent, superseded, or another pod's. */
  exchangeLaunchToken(launchToken: string, podUid: string): Promise<WorkerIdentity | null>
  /** Once a launch: null for a second pod, a restarted container, a launch that is no longer current. */
  startTask(worker: WorkerIdentity): Promise<StartedTask | null>
  /** False: the try is over, or the launch is no longer current; the worker must stop. */
  heartbeat(worker: WorkerIdentity): Promise<boolean>
  /** The result of a task of the same run; of a mapped one an array in map order; null without one. */
  pullXcom(worker: WorkerIdentity, taskId: string): Promise<JsonValue>
  /** False: not accepted, nothing changed. */
  finishTask(worker: WorkerIdentity, outcome: WorkerOutcome): Promise<boolean>
}

/** Everything of the store that other rooms use; the executor sees its {@link LaunchStore} half. */
export interface WorkflowStore extends TaskApiStore {
  readonly launches: LaunchStore
  readonly scheduling: SchedulingStore
  /** The deployment's name, kept in the store; made on first use. */
  deployment(): Promise<string>
  createDagRun(run: {
    spec: DagSpec
    runId: string
    logicalDate: string
    params: Readonly<Record<string, JsonValue>>
  }): Promise<DagRunRow>
  dagRun(dagId: string, runId: string): Promise<DagRunRow | null>
  taskInstances(dagId: string, runId: string): Promise<readonly TaskInstanceRow[]>
  /** The outcome of every try that ended, by task, map index and try. */
  tries(dagId: string, runId: string): Promise<readonly TryRow[]>
  /** What these tasks of a run returned, by task id: as {@link TaskApiStore.pullXcom} gives it. */
  results(dagId: string, runId: string, taskIds: readonly string[]): Promise<Readonly<Record<string, JsonValue>>>
  /** Runs that have not ended, oldest first. The store is open in one process, so they are this one's or were left behind. */
  activeRuns(): Promise<readonly { readonly dagId: string; readonly runId: string }[]>
  /**
   * Ends a run at once, in one transaction: what was launched is `failed`, what waits `skipped`, the run `failed`; a launch
   * that is revoked by this can change nothing any more. Gives what the executor has to stop; nothing when the run had ended.
   */
  cancelRun(dagId: string, runId: string): Promise<readonly RevokedTask[]>
  /** Called back (soon, merged) after anything changed. Returns the function that ends it. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}
