import type { PodView } from '../kube/pod-view.ts'
import type { PodEvent } from '../kube/types.ts'
import { eventFailure } from './event-failure.ts'
import type { Failure } from './failure.ts'
import { containerStatuses } from './failure-details.ts'
import { mainContainer } from './main-container-end.ts'
import { otherContainersOutOfMemory } from './other-containers-out-of-memory.ts'
import { podCause } from './pod-cause.ts'
import { schedulingFailure } from './scheduling-failure.ts'
import { terminatedFailure } from './terminated-failure.ts'
import { waitingFailure } from './waiting-failure.ts'

/**
 * Why a pod failed, with the field that decided. A main container that has ended decides, whatever other containers do,
 * unless something done to the whole pod (an eviction, a deadline, a deletion) ended it. Then init containers, what
 * containers wait for, scheduling, and last the pod's events.
 *
 * @param events the pod's events, in any order; they are asked only where the pod itself shows nothing
 */
export function classifyFailure(pod: PodView, events: readonly PodEvent[] = []): Failure {
  return (
    mainFailure(pod) ??
    podCause(pod)?.failure ??
    initFailure(pod) ??
    waiting(pod) ??
    schedulingFailure(pod) ??
    eventFailure(events) ??
    nothingSaid(pod)
  )
}

function mainFailure(pod: PodView): Failure | null {
  const { container, index } = mainContainer(pod) ?? {}
  const terminated = container?.state?.terminated
  if (container === undefined || !terminated) return null
  const own = terminatedFailure(container, `status.containerStatuses[${index}]`, limits(pod, container.name))
  if (own?.class === 'oom') return own
  const cause = podCause(pod)
  if (cause !== null && !endedBefore(terminated.finishedAt, cause.at)) return cause.failure
  const others = otherContainersOutOfMemory(pod, container.name)
  if (own === null || others.length === 0) return own
  return { ...own, message: `${own.message}; beside it ${others.join(', ')} ran out of memory` }
}

/** Times have whole seconds: an end in the same second is taken for the cause's doing. */
function endedBefore(finishedAt: string | undefined, causeAt: number | null): boolean {
  if (finishedAt === undefined || causeAt === null) return false
  return Date.parse(finishedAt) < causeAt
}

function initFailure(pod: PodView): Failure | null {
  const sidecars = new Set(
    (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  for (const [index, container] of containerStatuses(pod.status?.initContainerStatuses).entries()) {
    if (sidecars.has(container.name)) continue
    const path = `status.initContainerStatuses[${index}]`
    const failure = terminatedFailure(container, path, limits(pod, container.name), 'init container')
    if (failure !== null) return failure
  }
  return null
}

function waiting(pod: PodView): Failure | null {
  for (const [field, word] of [
    ['initContainerStatuses', 'init container'],
    ['containerStatuses', 'container'],
  ] as const) {
    for (const [index, container] of containerStatuses(pod.status?.[field]).entries()) {
      const failure = waitingFailure(container, `status.${field}[${index}]`, word)
      if (failure !== null) return failure
    }
  }
  return null
}

/** A container's memory limit, for the message. */
function limits(pod: PodView, name: string): string | undefined {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]
  return all.find((container) => container.name === name)?.resources?.limits?.memory
}

function nothingSaid({ status, metadata }: PodView): Failure {
  if (status?.phase === 'Unknown') {
    return {
      class: 'infrastructure',
      evidence: 'status.phase=Unknown',
      message: 'the node that ran the pod no longer answers',
    }
  }
  const deleted = metadata?.deletionTimestamp
  if (deleted && (status?.phase ?? 'Pending') === 'Pending') {
    return {
      class: 'disruption',
      evidence: `metadata.deletionTimestamp=${deleted}`,
      message: 'the pod was deleted before it started',
    }
  }
  if (deleted) {
    return {
      class: 'unknown',
      evidence: `metadata.deletionTimestamp=${deleted}`,
      message: 'the pod was deleted while it ran, and nobody saw how it ended',
    }
  }
  const phase = status?.phase ?? ''
  return { class: 'unknown', evidence: `status.phase=${phase}`, message: 'nothing in the pod says why it failed' }
}
