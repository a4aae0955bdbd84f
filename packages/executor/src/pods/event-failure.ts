import type { Failure, FailureClass } from './failure.ts'
import { isInfrastructureMessage } from './infrastructure-message.ts'

/** What is read of a Kubernetes Event about a pod. */
export interface PodEvent {
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  /** ISO 8601; either may be there. */
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
}

const REASONS: Readonly<Record<string, readonly [FailureClass, string]>> = {
  FailedMount: ['config', 'a volume cannot be mounted'],
  FailedMapVolume: ['config', 'a volume cannot be mapped'],
  FailedAttachVolume: ['infrastructure', 'a volume cannot be attached'],
  FailedCreatePodSandBox: ['infrastructure', 'the node cannot create the pod’s sandbox'],
  FailedPodSandBoxStatus: ['infrastructure', 'the node lost the pod’s sandbox'],
  NetworkNotReady: ['infrastructure', 'the network of the node is not ready'],
  NodeNotReady: ['infrastructure', 'the node is not ready'],
  TaintManagerEviction: ['disruption', 'the node was tainted, and the pod does not tolerate that'],
  Preempted: ['disruption', 'the pod gave way to one of higher priority'],
  Preempting: ['disruption', 'the pod gave way to one of higher priority'],
  Evicted: ['disruption', 'the pod was evicted from its node'],
  FailedScheduling: ['capacity', 'no node has room for the pod'],
}

/**
 * What the newest telling event says; null when none tells anything. Kubelets repeat a volume's real trouble as a mere
 * timeout, so that a lasting cause beats a passing one of the same reason.
 */
export function eventFailure(events: readonly PodEvent[]): Failure | null {
  const telling = [...events.entries()]
    .filter(([, { reason = '' }]) => Object.hasOwn(REASONS, reason))
    .sort(([a, one], [b, other]) => time(other) - time(one) || b - a)
  const newest = telling[0]
  const lasting = telling.find(
    ([, { reason, message = '' }]) => reason === newest?.[1].reason && !isInfrastructureMessage(message),
  )
  const [index, { reason = '', message = '' }] = lasting ?? newest ?? [-1, {}]
  const [failureClass, words] = REASONS[reason] ?? []
  if (failureClass === undefined) return null
  return {
    class: failureClass === 'config' && isInfrastructureMessage(message) ? 'infrastructure' : failureClass,
    evidence: `events[${index}].reason=${reason}`,
    message: message ? `${words}: ${message}` : `${words}`,
  }
}

function time({ lastTimestamp, eventTime }: PodEvent): number {
  const at = Date.parse(lastTimestamp ?? eventTime ?? '')
  return Number.isNaN(at) ? 0 : at
}
