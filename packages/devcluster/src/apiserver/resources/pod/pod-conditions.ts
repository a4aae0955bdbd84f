import { apiTime } from '../../../api-time.ts'
import type { KubeObject } from '../../../storage/kube-object.ts'

interface PodCondition {
  readonly type: string
  readonly status: string
  readonly [field: string]: unknown
}

/** A pod that is bound: its node and the condition PodScheduled, in one change. */
export function boundPod(pod: KubeObject, nodeName: string, now: number): KubeObject {
  const observedGeneration = pod.metadata.generation
  const scheduled = withCondition(pod, { type: 'PodScheduled', observedGeneration, status: 'True' }, now)
  return { ...scheduled, spec: { ...(pod.spec as object), nodeName } }
}

/** A pod that says of itself that it is deleted by an eviction. */
export function evictedPod(pod: KubeObject, now: number): KubeObject {
  return withCondition(
    pod,
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    },
    now,
  )
}

function withCondition(pod: KubeObject, condition: PodCondition, now: number): KubeObject {
  const status = (pod.status ?? {}) as { conditions?: readonly PodCondition[] }
  const before = status.conditions?.find(({ type }) => type === condition.type)
  const isTheSame = before?.status === condition.status
  const lastTransitionTime = isTheSame ? before.lastTransitionTime : apiTime(now)
  const whole = { ...condition, lastProbeTime: null, lastTransitionTime }
  const others = status.conditions?.filter(({ type }) => type !== condition.type) ?? []
  const conditions = condition.type === 'PodScheduled' ? [whole, ...others] : [...others, whole]
  return { ...pod, status: { ...status, conditions } }
}
