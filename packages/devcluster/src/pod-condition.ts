import type { PodCondition, PodStatus } from 'kubernetes-types/core/v1.d.ts'
import { apiTime } from './api-time.ts'

/** A condition of a pod, without its times. */
export interface NewPodCondition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason?: string
  readonly message?: string
  /** The pod's generation; undefined for the few who do not write it. */
  readonly observedGeneration?: number | undefined
}

/**
 * The status with the condition: in the place of the one of its type, else behind the others. Its time is that of the last
 * change from true to false or back. Kubernetes: UpdatePodCondition.
 */
export function withPodCondition(status: PodStatus, condition: NewPodCondition, now: number): PodStatus {
  const { conditions = [] } = status
  const { type, observedGeneration, reason, message } = condition
  const old = conditions.find((one) => one.type === type)
  const whole: PodCondition = {
    type,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    status: condition.status,
    // The API shows the field so; the types know it as text only.
    lastProbeTime: null as unknown as string,
    lastTransitionTime:
      old?.status === condition.status && old.lastTransitionTime ? old.lastTransitionTime : apiTime(now),
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
  }
  return { ...status, conditions: old ? conditions.map((one) => (one === old ? whole : one)) : [...conditions, whole] }
}
