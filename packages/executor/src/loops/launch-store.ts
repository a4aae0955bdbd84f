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
  /**
   * The job id of the executor that answers for the launch. Every write carries it; a store with leases refuses one for a
   * launch that another job answers for.
   */
  readonly owner?: string
}

export interface LaunchRequest {
  readonly launch: Launch
  /**
   * The launch that this one replaces, and why: it is superseded in the same transaction, and charged to its budget. It was
   * revoked before if its pod had to be deleted first.
   */
  readonly supersedes?: { readonly launchId: string; readonly failure: Failure }
}

/** What the store gives for a recorded launch. */
export type RecordedLaunch =
  /** `env` is added to the main container: the launch token, for one. The same launch always gets the same values, so that a repeated create is the same create. */
  | { readonly recorded: true; readonly env: Readonly<Record<string, string>> }
  /**
   * The task instance is no longer queued for this try (revoked, cleared, ended): nothing may be created. `takenOver`: it
   * is, and another executor answers for it; pods of earlier launches are that one's too.
   */
  | { readonly recorded: false; readonly reason: string; readonly takenOver?: boolean }

/**
 * Whether a pod is now the one of its launch. False: the launch is superseded, revoked, or bound to another uid; that pod
 * must go. `takenOver`: another executor answers for the launch, and for its pod, which is not to be touched.
 */
export type BindAnswer = boolean | 'takenOver'

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
  /** Another executor answers for the launch: the end is that one's to tell, and the pod that one's to dispose of. */
  readonly takenOver?: boolean
  /** The state that the store now holds for the task instance: what the executor reports as its event. */
  readonly state: string | null
  /** Why the try failed, as the store recorded it: it may know more than the pod showed. Absent when it did not fail. */
  readonly failure?: Failure
}

/** A task instance in state queued, as the store has it. */
export interface QueuedTaskInstance {
  readonly key: TaskInstanceKey
  readonly queuedByJobId: string | null
  /** Its queue, by which a hybrid executor's tasks are told apart (`kubernetesQueue`); absent: not known. */
  readonly queue?: string | null
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
  /** Binds the launch to its pod. */
  bindPod(launch: Launch, uid: string): Promise<BindAnswer>
  /**
   * The launch is given up: what its pod does no longer counts, and the pod may go. False: it is not ours to give up, since
   * its outcome is committed or another executor answers for it; its pod is not to be touched. Absent: whoever revokes does
   * it in the store first.
   */
  revokeLaunch?(launch: Launch): Promise<boolean>
  /** Commits ends in one transaction. One result for each, in order. */
  commitOutcomes(batch: readonly LaunchOutcome[]): Promise<readonly CommittedOutcome[]>
  /** Launches recorded and without an outcome: what a restarted executor has to look for. */
  currentLaunches(): Promise<readonly Launch[]>
  /** Task instances in state queued. Airflow: `clear_not_launched_queued_tasks` looks through them. */
  queuedTaskInstances(): Promise<readonly QueuedTaskInstance[]>
  /** Puts task instances back to scheduled: nothing runs for them. */
  requeue(keys: readonly TaskInstanceKey[]): Promise<void>
  /** Namespace (`""`: all) to last seen version, kept so that a restart resumes its watch. */
  readonly resourceVersions: {
    load(): Promise<ReadonlyMap<string, string>>
    save(versions: ReadonlyMap<string, string>): Promise<void>
  }
  /** Who lives, for `adoption: 'lease'`. Absent: executors find each other's pods by label. */
  readonly leases?: LaunchLeases
}

/**
 * Ownership by lease: an executor answers for its launches for as long as it renews its lease. When that has ended, any other
 * may take its launches over; their pods are not touched by it. All times are the store's own, so that the clocks of
 * executors need not agree. A job that was too late may renew again: it has only lost what was taken over meanwhile.
 *
 * Whoever puts a task instance of a dead job back to scheduled, and claims it again, makes the claimer the owner of the
 * launch that is current for that try, and gives it the number of that launch: the repeated create is the same create (I1).
 */
export interface LaunchLeases {
  /**
   * The job lives for `seconds` from now. Resolves to how many launches were taken over from it so far: a number that only
   * grows. When it has grown, `currentLaunches()` says which are still the job's.
   */
  renew(jobId: string, seconds: number): Promise<number>
  /** The lease ends now: what the job leaves may be taken over at once. */
  release(jobId: string): Promise<void>
  /** The jobs whose lease has not ended. */
  alive(): Promise<readonly string[]>
  /**
   * Makes the job the owner of the current launches of these tasks whose owner's lease has ended. Resolves to the current
   * launches of these tasks that are the job's now, those included that were so before.
   */
  takeOver(jobId: string, keys: readonly TaskInstanceKey[]): Promise<readonly Launch[]>
  /** Of these launches (by id) those that were recorded and are not current any more: ended, superseded or revoked. */
  closed(launchIds: readonly string[]): Promise<readonly string[]>
}
