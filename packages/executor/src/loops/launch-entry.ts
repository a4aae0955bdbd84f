import type { Pod } from '../kube/types.ts'
import type { Failure } from '../pods/failure.ts'
import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'
import type { Launch, LaunchOutcome } from './launch-store.ts'
import { launchWishes } from './launch-wishes.ts'
import type { Refusal } from './launching/refusal.ts'
import type { PendingStage } from './tracking/pending-stage.ts'
import type { PodRecord } from './tracking/pod-record.ts'
import type { TimelineMeter } from './tracking/timeline.ts'
import type { LaunchWishes, Workload } from './workload.ts'

/**
 * Where a task stands.
 *
 * - `waiting` in the launch queue, for the first time or put back after a refusal
 * - `creating` its create, or the question whose pod has its name, is under way
 * - `live` bound to a pod that has not ended
 * - `replacing` given up: the store must know, and its pod be gone, before the next launch of the same try may begin
 * - `ended` its outcome is known and on the way to the store, or in the event buffer
 * - `closed` accounted for, revoked, or given to another executor; nothing leaves this
 */
export type EntryPhase = 'waiting' | 'creating' | 'live' | 'replacing' | 'ended' | 'closed'

/** One try that this executor answers for. Written by the loops only. */
export interface LaunchEntry {
  readonly key: TaskInstanceKey
  /** Null: adopted, and its work is unknown, so that it cannot be launched again from here. */
  readonly args: readonly string[] | null
  /** What else its launches need. */
  readonly wishes: LaunchWishes | null
  readonly priority: number
  /** Its age in the queue; kept for all launches of the try. */
  readonly sequence: number
  phase: EntryPhase
  /** Where the pod goes; a guess until it was built. */
  namespace: string
  launchNumber: number
  /** Present as soon as its name is known; recorded in the store before its create is sent. */
  launch: Launch | null
  isRecorded: boolean
  /** The store was asked to record it; whether it has is known by `isRecorded`. */
  mayBeRecorded: boolean
  /** The launch that the next one replaces. */
  supersedes: {
    readonly launchId: string
    readonly failure: Failure
    readonly launch: Launch
    readonly record: PodRecord | null
    /** Its pod was deleted before the next launch. */
    readonly isDisposedOf?: true
  } | null
  /** Which of the two conditions of the phase `replacing` are met. */
  replacing: { readonly isRevoked: boolean; readonly isOver: boolean } | null
  /** The create that was sent and not answered: only this very pod may be sent again. */
  sentPod: Pod | null
  /** A pod of the present launch may be there: a create's answer was lost, or an executor that is gone had sent one. */
  mayExist: boolean
  /** When the store was asked, the last time it agreed to the launch. */
  recordAskedAt: number
  refusal: EntryRefusal | null
  infrastructureFailures: number
  /** The pod as last seen. */
  record: PodRecord | null
  wasRunning: boolean
  /** The launcher was told that the pod of the present launch leaves room. */
  hasFreed: boolean
  /** What a pod that has not started waits for. */
  pending: EntryPending | null
  outcome: LaunchOutcome | null
  /** Where its time goes; null in tests of single loops. */
  timeline: TimelineMeter | null
}

/** What a pod that has not started waits for, for people. */
export interface EntryPending {
  readonly stage: PendingStage
  /** What the pod says; empty when it says nothing. */
  readonly reason: string
  /** What its events say beyond that, or why they cannot be read. */
  readonly told?: string | null
}

/** Why a launch was put back. */
export interface EntryRefusal {
  readonly refusal: Refusal
  /** When the present row of refusals began. */
  readonly since: number
  /** Refusals of the same cause in a row; they set the backoff. */
  readonly sameCause: number
  /** All refusals in a row. */
  readonly total: number
  readonly nextAt: number
  /** When the ceiling is reached. */
  readonly endsAt: number
}

/** A task that waits for its first launch. */
export function newEntry(workload: Workload, sequence: number, namespace: string): LaunchEntry {
  const { key, args, priority, launchNumber, mayExist = false } = workload
  const wishes = launchWishes(workload)
  return blankEntry({ key, args, wishes, priority, sequence, phase: 'waiting', namespace, launchNumber, mayExist })
}

/** A task whose pod was found, running or ended; `record` null: it was bound once, and is to be looked for. */
export function adoptedEntry(launch: Launch, sequence: number, record: PodRecord | null): LaunchEntry {
  const { key, namespace, number: launchNumber } = launch
  const begun = {
    key,
    args: null,
    wishes: null,
    priority: 0,
    sequence,
    phase: 'live',
    namespace,
    launchNumber,
  } as const
  const entry = blankEntry({ ...begun, mayExist: false })
  return Object.assign(entry, { launch, isRecorded: true, mayBeRecorded: true, record })
}

type Beginning = Pick<
  LaunchEntry,
  'key' | 'args' | 'wishes' | 'priority' | 'sequence' | 'phase' | 'namespace' | 'launchNumber' | 'mayExist'
>

/** Every field in one literal: what is added to an object later has to be held beside it. */
function blankEntry(begun: Beginning): LaunchEntry {
  return {
    key: begun.key,
    args: begun.args,
    wishes: begun.wishes,
    priority: begun.priority,
    sequence: begun.sequence,
    phase: begun.phase,
    namespace: begun.namespace,
    launchNumber: begun.launchNumber,
    launch: null,
    isRecorded: false,
    mayBeRecorded: false,
    supersedes: null,
    replacing: null,
    sentPod: null,
    mayExist: begun.mayExist,
    recordAskedAt: 0,
    refusal: null,
    infrastructureFailures: 0,
    record: null,
    wasRunning: false,
    hasFreed: false,
    pending: null,
    outcome: null,
    timeline: null,
  }
}
