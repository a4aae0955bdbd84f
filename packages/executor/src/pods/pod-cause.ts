import type { PodView } from '../kube/pod-view.ts'
import type { Failure, FailureClass } from './failure.ts'
import { containerStatuses } from './failure-details.ts'

/** Something that was done to the whole pod. */
export interface PodCause {
  readonly failure: Failure
  /** Milliseconds since 1970; null where the pod does not say when. */
  readonly at: number | null
}

/** Reasons of a pod's own status, which kubelets and controllers set, and what they stand for. */
const REASONS: Readonly<Record<string, readonly [FailureClass, string]>> = {
  Evicted: ['disruption', 'the pod was evicted from its node'],
  Preempting: ['disruption', 'the pod gave way to one of higher priority'],
  Preempted: ['disruption', 'the pod gave way to one of higher priority'],
  Terminated: ['disruption', 'the node was shut down'],
  Shutdown: ['disruption', 'the node was shut down'],
  NodeShutdown: ['disruption', 'the node is shutting down and took no new pod'],
  DeadlineExceeded: ['deadline', 'the pod ran longer than its activeDeadlineSeconds'],
  NodeLost: ['infrastructure', 'the node that ran the pod was lost'],
  ProviderFailed: ['infrastructure', 'the virtual node could not run the pod'],
  UnexpectedAdmissionError: ['infrastructure', 'the node refused the pod'],
  NodeAffinity: ['infrastructure', 'the node refused the pod: its labels no longer fit'],
  NodeName: ['infrastructure', 'the node refused the pod: it was meant for another'],
  NodePorts: ['infrastructure', 'the node refused the pod: a port is taken'],
  InvalidNodeInfo: ['infrastructure', 'the node refused the pod: it does not know itself'],
  TopologyAffinityError: ['infrastructure', 'the node refused the pod: its resources cannot be aligned'],
  UnknownReason: ['infrastructure', 'the node refused the pod'],
  AppArmor: ['config', 'the node cannot apply the AppArmor profile'],
  SysctlForbidden: ['config', 'the node does not allow a sysctl of the pod'],
  PodOSNotSupported: ['config', 'the pod asks for another operating system than the node has'],
  PodOSSelectorNodeLabelDoesNotMatch: ['config', 'the pod asks for another operating system than the node has'],
  PodLevelResourcesNotSupported: ['config', 'the node knows no resources of whole pods'],
  PodFeatureUnsupported: ['config', 'the node does not support a feature of the pod'],
}

/** An eviction for what the pod itself used beyond its limits is like running out of its memory: another node helps nothing. */
const OWN_LIMIT = /exceed(s|ed) (the total limit of containers|its local ephemeral storage limit|the limit )/

/** What was done to the pod as a whole; null when nothing was. */
export function podCause(pod: PodView): PodCause | null {
  return deadlineOrReason(pod) ?? disruptionTarget(pod) ?? deletion(pod)
}

function deadlineOrReason(pod: PodView): PodCause | null {
  const { reason, message, startTime } = pod.status ?? {}
  if (!reason) return null
  const known = reasonMeaning(pod, reason, message ?? '')
  if (known === null) return null
  const [failureClass, words] = known
  const deadline = pod.spec?.activeDeadlineSeconds
  const runsUntil = startTime && deadline !== undefined ? Date.parse(startTime) + deadline * 1000 : null
  return {
    failure: { class: failureClass, evidence: `status.reason=${reason}`, message: sentence(words, message) },
    at: failureClass === 'deadline' ? runsUntil : (disruptionTarget(pod)?.at ?? null),
  }
}

function reasonMeaning(pod: PodView, reason: string, message: string): readonly [FailureClass, string] | null {
  if (reason === 'Evicted' && OWN_LIMIT.test(message))
    return ['user', 'the pod was evicted: it used more than its limits']
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason] ?? null
  // Kubernetes: OutOfcpu, OutOfmemory, OutOfpods: another pod was quicker.
  if (reason.startsWith('OutOf')) return ['infrastructure', 'the node refused the pod: it had no room left']
  // Any other word of a pod that failed without a container is a node's refusal to admit it.
  const hasContainers = containerStatuses(pod.status?.containerStatuses).length > 0
  return pod.status?.phase === 'Failed' && !hasContainers ? ['infrastructure', 'the node refused the pod'] : null
}

const DISRUPTIONS: Readonly<Record<string, string>> = {
  PreemptionByScheduler: 'the pod gave way to one of higher priority',
  DeletionByTaintManager: 'the node was tainted, and the pod does not tolerate that',
  EvictionByEvictionAPI: 'the pod was evicted, as by a drain',
  DeletionByPodGC: 'the node that ran the pod is gone',
  TerminationByKubelet: 'the node ended the pod: pressure, or its own shutdown',
}

function disruptionTarget(pod: PodView): PodCause | null {
  const conditions = pod.status?.conditions ?? []
  const index = conditions.findIndex(({ type, status }) => type === 'DisruptionTarget' && status === 'True')
  const condition = conditions[index]
  if (condition === undefined) return null
  const { reason, message, lastTransitionTime } = condition
  const evidence = reason
    ? `status.conditions[${index}].reason=${reason}`
    : `status.conditions[${index}].type=DisruptionTarget`
  const words = DISRUPTIONS[reason ?? ''] ?? 'the pod was disrupted'
  return {
    failure: { class: 'disruption', evidence, message: sentence(words, message) },
    at: lastTransitionTime ? Date.parse(lastTransitionTime) : null,
  }
}

/** A deletion explains the end of containers that were seen ending; of one whose end was not seen it explains nothing. */
function deletion({ metadata, status }: PodView): PodCause | null {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata ?? {}
  const hasEnded = containerStatuses(status?.containerStatuses).some(({ state }) => state?.terminated)
  if (!deletionTimestamp || !hasEnded) return null
  return {
    failure: {
      class: 'disruption',
      evidence: `metadata.deletionTimestamp=${deletionTimestamp}`,
      message: 'the pod was deleted while it ran',
    },
    // The timestamp is when the grace period ends.
    at:
      deletionGracePeriodSeconds === undefined
        ? null
        : Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000,
  }
}

function sentence(words: string, message: string | undefined): string {
  const said = message?.trim()
  return said ? `${words}: ${said}` : words
}
