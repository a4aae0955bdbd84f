import type { ContainerStatusView, PodView } from '../../kube/pod-view.ts'
import type { FailureClass } from '../../pods/failure.ts'
import { LAUNCH_GATE } from '../../pods/protocol-marks.ts'
import { waitingFailure } from '../../pods/waiting-failure.ts'

/**
 * What a pod that has not started waits for.
 *
 * - `gated` its scheduling gates, ours or those of others
 * - `unscheduled` a node
 * - `creating` its sandbox: volumes and network
 * - `pulling` an image, or its container
 * - `initialising` its init containers, which run
 */
export type PendingStage = 'gated' | 'unscheduled' | 'creating' | 'pulling' | 'initialising'

/** A pod's stage before its main container runs, and what it says about it. */
export interface Pending {
  readonly stage: PendingStage
  /** `path=value`: what the stage was read from. */
  readonly evidence: string
  /** For people; empty when Kubernetes gives no reason. */
  readonly reason: string
  /** What kind of trouble the container that waits tells of; absent when it tells of none. */
  readonly failureClass?: FailureClass
}

/** The stage of a pending pod; null once its phase is another one. */
export function pendingStage(pod: PodView): Pending | null {
  if ((pod.status?.phase ?? 'Pending') !== 'Pending') return null
  const gates = pod.spec?.schedulingGates ?? []
  if (gates.length > 0) {
    return { stage: 'gated', evidence: 'spec.schedulingGates[0]', reason: gates.map(gateReason).join(', ') }
  }
  const conditions = pod.status?.conditions ?? []
  const scheduled = conditions.findIndex(({ type }) => type === 'PodScheduled')
  const condition = conditions[scheduled]
  if (!pod.spec?.nodeName && condition?.status !== 'True') {
    return {
      stage: 'unscheduled',
      evidence: condition ? `status.conditions[${scheduled}].reason=${condition.reason ?? ''}` : 'spec.nodeName=',
      reason: condition?.message ?? '',
    }
  }
  const init = pod.status?.initContainerStatuses ?? []
  const main = pod.status?.containerStatuses ?? []
  const running = init.findIndex(({ state }) => state?.running)
  if (running >= 0) {
    return {
      stage: 'initialising',
      evidence: `status.initContainerStatuses[${running}].state.running`,
      reason: init[running]?.name ?? '',
    }
  }
  return waiting('initContainerStatuses', init, pod) ?? waiting('containerStatuses', main, pod) ?? created(pod)
}

function gateReason({ name }: { readonly name: string }): string {
  return name === LAUNCH_GATE ? `${name} (until the store has bound the pod)` : name
}

/** The first container that waits; an init container that has ended, and one behind it, tell nothing. */
function waiting(field: string, statuses: readonly ContainerStatusView[], pod: PodView): Pending | null {
  const index = statuses.findIndex(({ state }) => state?.waiting)
  const container = statuses[index]
  if (!container?.state?.waiting) return null
  const { name, image } = container
  const { reason = '', message = '' } = container.state.waiting
  const path = `status.${field}[${index}]`
  const evidence = `${path}.state.waiting.reason=${reason}`
  const trouble = waitingFailure(container, path, 'container')
  const stage = isPulling(reason) || hasSandbox(pod) ? 'pulling' : 'creating'
  const about = stage === 'pulling' && image ? `${image} for container ${name}` : `container ${name}`
  return {
    stage,
    evidence,
    reason: [about, message || reason].filter(Boolean).join(': '),
    ...(trouble && { failureClass: trouble.class }),
  }
}

function created(pod: PodView): Pending {
  return { stage: hasSandbox(pod) ? 'pulling' : 'creating', evidence: 'status.phase=Pending', reason: '' }
}

function isPulling(reason: string): boolean {
  return reason === 'ErrImagePull' || reason === 'ImagePullBackOff' || reason === 'RegistryUnavailable'
}

/** Kubernetes 1.29 and newer say when the sandbox is there: what is missing then is the image or the container. */
function hasSandbox(pod: PodView): boolean {
  return (pod.status?.conditions ?? []).some(
    ({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True',
  )
}
