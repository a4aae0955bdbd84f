import type { Pod } from '../kube/types.ts'
import type { Failure } from '../pods/failure.ts'
import type { Launch, LaunchOutcome } from './launch-store.ts'
import type { Refusal } from './launching/refusal.ts'
import type { PendingStage } from './tracking/pending-stage.ts'
import type { PodRecord } from './tracking/pod-record.ts'

/** What is known of a try while its pod is on its way, and again from its end: nothing of it while the pod runs. */
export interface PassingState {
  infrastructureFailures: number
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
  /** The store was asked to record the launch, and may have done so. */
  mayBeRecorded: boolean
  /** When the store was asked, the last time it agreed to the launch. */
  recordAskedAt: number
  refusal: EntryRefusal | null
  /** What a pod that has not started waits for. */
  pending: EntryPending | null
  /** The launcher was told that the pod of the present launch leaves room. */
  hasFreed: boolean
  outcome: LaunchOutcome | null
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

/** Of a try of which there is nothing to be known. */
export const NOTHING_PASSING: Readonly<PassingState> = Object.freeze({
  infrastructureFailures: 0,
  supersedes: null,
  replacing: null,
  sentPod: null,
  mayExist: false,
  mayBeRecorded: false,
  recordAskedAt: 0,
  refusal: null,
  pending: null,
  hasFreed: false,
  outcome: null,
})
