import type { PodEvent } from '../kube/types.ts'
import type { Failure, FailureClass } from './failure.ts'
import { isInfrastructureMessage } from './infrastructure-message.ts'

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

/** The kubelet's `Failed` stands for many things; this one the container's status may have lost (`ImagePullBackOff`). */
const FAILED_PULL: readonly [FailureClass, string] = ['config', 'an image cannot be pulled']

function meaningOf({ reason = '', message = '' }: PodEvent): readonly [FailureClass, string] | null {
  if (reason === 'Failed') return /^Failed to pull image /.test(message) ? FAILED_PULL : null
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] ?? null) : null
}

/**
 * What the newest telling event says; null when none tells anything. Kubelets repeat a volume's real trouble as a mere
 * timeout, so that a lasting cause beats a passing one of the same reason.
 */
export function eventFailure(events: readonly PodEvent[]): Failure | null {
  const telling = [...events.entries()]
    .filter(([, event]) => meaningOf(event) !== null)
    .sort(([a, one], [b, other]) => eventTime(other) - eventTime(one) || b - a)
  const newest = telling[0]
  const lasting = telling.find(
    ([, { reason, message = '' }]) => reason === newest?.[1].reason && !isInfrastructureMessage(message),
  )
  const [index, event] = lasting ?? newest ?? [-1, {}]
  const { reason = '', message = '' }: PodEvent = event
  const [failureClass, words] = meaningOf(event) ?? []
  if (failureClass === undefined) return null
  return {
    class: failureClass === 'config' && isInfrastructureMessage(message) ? 'infrastructure' : failureClass,
    evidence: `events[${index}].reason=${reason}`,
    message: message ? `${words}: ${message}` : `${words}`,
  }
}

/** When the event was last seen, in milliseconds since 1970; 0 where it does not say. */
export function eventTime({ lastTimestamp, eventTime: first }: PodEvent): number {
  const at = Date.parse(lastTimestamp ?? first ?? '')
  return Number.isNaN(at) ? 0 : at
}
