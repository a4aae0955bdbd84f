import type { Failure } from '../pods/failure.ts'
import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'

/** One pod for one try. An infrastructure failure makes a new launch of the same try. */
export interface Launch {
  /** `<try>-<number>-<8 of the pod name's hash>`: public, label and annotation of the pod; events are fenced by it. */
  readonly id: string
  readonly key: TaskInstanceKey
  /** From 1 within the try. */
  readonly number: number
  readonly podName: string
  readonly namespace: string
  /** The pod that the launch is bound to; absent until a create was answered or the pod was seen. */
  readonly uid?: string
}

export interface LaunchRequest {
  readonly launch: Launch
  /** The launch that this one replaces, and why: it is superseded in the same transaction, and charged to its budget. */
  readonly supersedes?: { readonly launchId: string; readonly failure: Failure }
}

/** What the store gives for a recorded launch. */
export type RecordedLaunch =
  /** `env` is added to the main container: the launch token, for one. The same launch always gets the same values, so that a repeated create is the same create. */
  | { readonly recorded: true; readonly env: Readonly<Record<string, string>> }
  /** The task instance is no longer queued for this try (revoked, cleared, ended): nothing may be created. */
  | { readonly recorded: false; readonly reason: string }

/** How a launch ended, as its pod shows. */
export interface LaunchOutcome {
  readonly launch: Launch
  readonly state: 'success' | 'failed'
  /** For people; Airflow's event info. Null when there is nothing to say. */
  readonly info: string | null
  readonly failure?: Failure
  readonly exitCode?: number
  /** The main container's termination message, as the kubelet kept it. */
  readonly terminationMessage?: string
  /** How many containers share the kubelet's 12,288 bytes of termination messages. */
  readonly containerCount?: number
  /** ISO 8601, from the container's state. */
  readonly startedAt?: string
  readonly endedAt?: string
  /** Where the log was archived. */
  readonly logPath?: string
}

export interface CommittedOutcome {
  /** False: the launch or uid is not the current one, and nothing changed (I2). */
  readonly accepted: boolean
  /** The state that the store now holds for the task instance: what the executor reports as its event. */
  readonly state: string | null
  /** Why the try failed, as the store recorded it: it may know more than the pod showed. Absent when it did not fail. */
  readonly failure?: Failure
}

/**
 * Where launches and outcomes are kept. The executor's promises are as durable as this. Every method may be called again
 * with the same arguments after a lost answer, with the same result.
 */
export interface LaunchStore {
  /** True: its memory ends with the process. Outcomes then count as committed when the event buffer was drained. */
  readonly isVolatile?: boolean
  /** Records a launch before its create is sent (I1). */
  recordLaunch(request: LaunchRequest): Promise<RecordedLaunch>
  /** Binds the launch to its pod. False: it is superseded, revoked, or bound to another uid; that pod must go. */
  bindPod(launch: Launch, uid: string): Promise<boolean>
  /** The launch is given up: what its pod does no longer counts. Absent: whoever revokes does it in the store first. */
  revokeLaunch?(launch: Launch): Promise<void>
  /** Commits ends in one transaction. One result for each, in order. */
  commitOutcomes(batch: readonly LaunchOutcome[]): Promise<readonly CommittedOutcome[]>
  /** Launches recorded and without an outcome: what a restarted executor has to look for. */
  currentLaunches(): Promise<readonly Launch[]>
  /** Task instances in state queued. Airflow: `clear_not_launched_queued_tasks` looks through them. */
  queuedTaskInstances(): Promise<readonly { readonly key: TaskInstanceKey; readonly queuedByJobId: string | null }[]>
  /** Puts task instances back to scheduled: nothing runs for them. */
  requeue(keys: readonly TaskInstanceKey[]): Promise<void>
  /** Namespace (`""`: all) to last seen version, kept so that a restart resumes its watch. */
  readonly resourceVersions: {
    load(): Promise<ReadonlyMap<string, string>>
    save(versions: ReadonlyMap<string, string>): Promise<void>
  }
}
