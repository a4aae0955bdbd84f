import type { PodEvent } from '../../kube/types.ts'
import { eventFailure } from '../../pods/event-failure.ts'
import type { Failure } from '../../pods/failure.ts'
import { pendingEventText } from '../../pods/pending-events.ts'

/** What a pod shows while nothing has gone wrong, or once it is gone: no cause. */
const MUTE = /\.reason=(ContainerCreating|PodInitializing|)$|^status\.phase=|^spec\.nodeName=$|^metadata\./

/** Events of those who take pods away, and say why. */
const TAKING: ReadonlySet<string> = new Set(['Evicted', 'Preempted', 'Preempting', 'TaintManagerEviction'])

/** Whether the pod itself shows no cause for the failure, so that its events may help. */
export function isMute({ evidence }: Failure): boolean {
  return MUTE.test(evidence)
}

/**
 * The failure of a pod that was pending for too long, with what its events say. The class is theirs where the pod itself
 * shows none: a volume of a ConfigMap that is not there is no trouble of the node's.
 */
export function explainPending(failure: Failure, events: readonly PodEvent[]): Failure {
  const others = events.filter(({ reason }) => reason !== 'FailedScheduling')
  const told = pendingEventText(isUnschedulable(failure) ? others : events, failure.message)
  const message = told === null ? failure.message : `${failure.message}; ${told}`
  const cause = isMute(failure) ? eventFailure(others) : null
  if (cause === null) return { ...failure, message }
  return { ...failure, class: cause.class, evidence: cause.evidence, message }
}

/** The scheduler's newest word is in the pod; its events may be of nodes as they were before. */
function isUnschedulable({ evidence }: Failure): boolean {
  return evidence.endsWith('.reason=Unschedulable')
}

/** The failure of a pod that is gone, or ended without a word, with what its events say. */
export function explainEnd(failure: Failure, events: readonly PodEvent[]): Failure {
  const taken = eventFailure(events.filter(({ reason = '' }) => TAKING.has(reason)))
  if (taken)
    return { ...failure, class: taken.class, evidence: taken.evidence, message: `${failure.message}: ${taken.message}` }
  const cause = eventFailure(events)
  return cause ? { ...failure, message: `${failure.message}; before that ${cause.message}` } : failure
}
