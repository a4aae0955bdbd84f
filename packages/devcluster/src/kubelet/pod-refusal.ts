import type { Pod, PodStatus } from 'kubernetes-types/core/v1.d.ts'
import { apiTime } from '../api-time.ts'
import { KUBELET_CONDITIONS } from './pod-lifecycle.ts'

/** Why a node does not take a pod that was bound to it. */
export interface PodRefusal {
  /** `OutOfcpu`, `NodeAffinity`, … */
  readonly reason: string
  readonly message: string
}

/**
 * The status of a pod that its node refused: it has failed, and none of its containers was ever looked at. Kubernetes:
 * rejectPod.
 */
export function refusedStatus(pod: Pod, { reason, message }: PodRefusal, before: PodStatus, now: number): PodStatus {
  const foreign = (before.conditions ?? []).filter(({ type }) => !KUBELET_CONDITIONS.includes(type))
  return {
    ...(pod.metadata?.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase: 'Failed',
    reason,
    message: `Pod was rejected: ${message}`,
    startTime: before.startTime ?? apiTime(now),
    ...(before.qosClass === undefined ? {} : { qosClass: before.qosClass }),
    ...(foreign.length > 0 ? { conditions: foreign } : {}),
  }
}
