import type { Failure, TaskInstanceKey } from '@davit/executor'
import type { DagRunRow, TaskInstanceRow, TaskInstanceState } from './workflow-store.ts'

/** A task instance as the scheduler needs it: small, for there are many. */
export interface InstanceState {
  readonly dagId: string
  readonly runId: string
  readonly taskId: string
  readonly mapIndex: number
  readonly state: TaskInstanceState | null
  readonly tryNumber: number
  /** ISO 8601. */
  readonly nextTryAt: string | null
}

/** What changed since a version. Rows say how things are now, not each step on the way. */
export interface Changes {
  /** To ask with next time. */
  readonly version: number
  readonly runs: readonly DagRunRow[]
  readonly instances: readonly InstanceState[]
}

/** What becomes of every instance of a task that was not looked at yet. */
export interface TaskDecision {
  readonly dagId: string
  readonly runId: string
  readonly taskId: string
  readonly state: 'scheduled' | 'skipped' | 'upstream_failed'
}

/**
 * The part of the store that the scheduler stands on. Every transition is compare-and-set in one transaction: what has
 * changed meanwhile stays as it is, and the next {@link changes} tells.
 */
export interface SchedulingStore {
  /** From 0: all of the runs that have not ended. Later: whatever changed, ended runs too. */
  changes(sinceVersion: number): Promise<Changes>
  /** Moves a run from queued to running. */
  startRun(dagId: string, runId: string): Promise<void>
  /**
   * Makes one instance for each item that the task maps over; its source has succeeded. Gives the number of items: with
   * none the one instance stays, for the scheduler to skip.
   */
  expandTask(dagId: string, runId: string, taskId: string): Promise<number>
  /** Applies decisions to instances whose state is null. */
  decide(decisions: readonly TaskDecision[]): Promise<void>
  /**
   * Starts tries: scheduled, or waiting for a retry, to queued. `tryNumber` of a key is the new try's. Gives those that it
   * moved.
   */
  claim(keys: readonly TaskInstanceKey[], queuedByJobId: string): Promise<readonly TaskInstanceRow[]>
  /** Queued container tasks whose container runs. */
  markRunning(keys: readonly TaskInstanceKey[]): Promise<void>
  /** Ends tries that are queued or running without their pod's word, and revokes their launches. */
  failTries(failed: readonly { readonly key: TaskInstanceKey; readonly failure: Failure }[]): Promise<void>
  /** Ends a run whose task instances have all ended. False: it is over already, or something is not. */
  finishRun(dagId: string, runId: string, state: 'success' | 'failed'): Promise<boolean>
}
