import type { PodView } from '../../kube/pod-view.ts'
import { classifyFailure } from '../../pods/classify-failure.ts'
import type { Failure } from '../../pods/failure.ts'
import { fatalWaits } from '../../pods/fatal-waiting.ts'
import { POD_REVOKED_LABEL } from '../../pods/identity-marks.ts'
import { mainContainer, mainContainerEnd } from '../../pods/main-container-end.ts'
import { podOutcome } from '../../pods/pod-outcome.ts'
import type { LaunchOutcome } from '../launch-store.ts'
import { willNeverRun } from './leaving-pod.ts'

/** What one notice of a pod means for its launch. */
export type PodNews =
  /** Nothing that concerns the task's state. */
  | { readonly kind: 'none' }
  /** The main container runs. */
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** It left our sight without a deletion that can be seen: only a GET tells whether it was adopted or is gone. */
  | { readonly kind: 'left' }
  /** It is gone, and its end was not seen. */
  | { readonly kind: 'vanished'; readonly failure: Failure }

/** How a pod ended: the part of a {@link LaunchOutcome} that the pod itself decides. */
export type Ending = Omit<LaunchOutcome, 'launch' | 'logPath'>

/**
 * What a pod says. Builds on Airflow's table (`podOutcome`), with four differences: a main container that has ended
 * decides, whatever the phase and the other containers; a deletion without a deletion timestamp is not yet believed to be
 * an adoption; a pod that is deleted before it started is told as such; and every container may wait for something fatal.
 */
export function podNews(
  pod: PodView,
  { isDeleted, fatalContainerStateReasons }: { isDeleted: boolean; fatalContainerStateReasons: readonly string[] },
): PodNews {
  if (isDeleted && pod.metadata?.deletionTimestamp === undefined) return { kind: 'left' }
  const isRevoked = pod.metadata?.labels?.[POD_REVOKED_LABEL] !== undefined
  if (!isDeleted && !isRevoked && willNeverRun(pod))
    return { kind: 'vanished', failure: vanishedFailure(pod, { mayHaveRun: false }) }
  const ending = endingOf(pod)
  if (ending) return { kind: 'ended', ending }
  if (isRevoked && !isDeleted) return { kind: 'none' }
  if (isDeleted)
    return { kind: 'vanished', failure: vanishedFailure(pod, { mayHaveRun: pod.status?.phase !== 'Pending' }) }
  const { state } = podOutcome({ type: 'MODIFIED', object: pod }, { fatalContainerStateReasons })
  // Airflow's table looks at the first container only, and a sidecar may stand before the main one.
  const isStuck = pod.status?.phase === 'Pending' && fatalWaits(pod, fatalContainerStateReasons).length > 0
  if (state === 'failed' || isStuck) return { kind: 'ended', ending: failedEnding(pod) }
  return mainContainer(pod)?.container.state?.running ? { kind: 'running' } : { kind: 'none' }
}

/** Whether the pod can tell how it ended: {@link endingOf} without the reasons. */
export function hasEnded(pod: PodView): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed' || mainContainerEnd(pod) !== null
}

/** How the pod ended by what it shows; null while it has not, or when it went without showing it. */
export function endingOf(pod: PodView): Ending | null {
  const { phase, reason } = pod.status ?? {}
  const terminated = mainContainerEnd(pod)
  if (phase === 'Succeeded') return { ...timesAndResult(pod), state: 'success', info: null }
  // An exit code of 0 after an eviction or a deadline is the answer to SIGTERM, not the task's success.
  if (terminated?.exitCode === 0 && !(phase === 'Failed' && reason)) {
    return { ...timesAndResult(pod), state: 'success', info: null }
  }
  if (terminated || phase === 'Failed') return failedEnding(pod)
  return null
}

/** The end of a launch that failed for a reason which its pod does not show. */
export function failedFor(failure: Failure): Ending {
  return { state: 'failed', info: failure.message, failure }
}

/** The same end, with a failure that more is known of. */
export function failedAs(ending: Ending, failure: Failure): Ending {
  return { ...ending, info: ending.info === ending.failure?.message ? failure.message : ending.info, failure }
}

function failedEnding(pod: PodView): Ending {
  const failure = classifyFailure(pod)
  const reason = pod.status?.reason
  return {
    ...timesAndResult(pod),
    state: 'failed',
    // Airflow's words where its table has any.
    info: reason ? `Pod failed because of ${reason}` : failure.message,
    failure,
  }
}

function timesAndResult(pod: PodView): Partial<Ending> {
  const end = mainContainerEnd(pod)
  if (!end) return {}
  const { exitCode, terminationMessage, containerCount, startedAt, endedAt } = end
  return {
    exitCode,
    containerCount,
    ...(terminationMessage === undefined ? {} : { terminationMessage }),
    ...(startedAt && { startedAt }),
    ...(endedAt && { endedAt }),
  }
}

/** Why a pod is gone whose end nobody saw: `unknown` when it may have run, unless Kubernetes had announced a disruption. */
export function vanishedFailure(pod: PodView, { mayHaveRun }: { mayHaveRun: boolean }): Failure {
  const name = `${pod.metadata?.namespace}/${pod.metadata?.name}`
  const conditions = pod.status?.conditions ?? []
  const target = conditions.findIndex(({ type, status }) => type === 'DisruptionTarget' && status === 'True')
  if (target >= 0) {
    const { reason, message } = conditions[target] ?? {}
    return {
      class: 'disruption',
      evidence: `status.conditions[${target}].type=DisruptionTarget`,
      message: `pod ${name} was taken away: ${message || reason || 'disruption'}`,
    }
  }
  const { deletionTimestamp, uid } = pod.metadata ?? {}
  const evidence = deletionTimestamp ? `metadata.deletionTimestamp=${deletionTimestamp}` : `metadata.uid=${uid} (gone)`
  if (!mayHaveRun) {
    return { class: 'disruption', evidence, message: `pod ${name} was deleted before it started; not by us` }
  }
  return { class: 'unknown', evidence, message: `pod ${name} is gone, and nobody saw how it ended` }
}
