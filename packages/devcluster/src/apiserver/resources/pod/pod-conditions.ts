import { type NewPodCondition, withPodCondition } from '../../../pod-condition.ts'
import type { KubeObject } from '../../../storage/kube-object.ts'
import type { PodStatus } from '../../../types.ts'

/** A pod that is bound: its node and the condition PodScheduled, in one change. */
export function boundPod(pod: KubeObject, nodeName: string, now: number): KubeObject {
  const observedGeneration = pod.metadata.generation
  const scheduled = withCondition(pod, { type: 'PodScheduled', status: 'True', observedGeneration }, now)
  return { ...scheduled, spec: { ...(pod.spec as object), nodeName } }
}

/** A pod that says of itself that it is deleted by an eviction. */
export function evictedPod(pod: KubeObject, now: number): KubeObject {
  const reason = 'EvictionByEvictionAPI'
  return withCondition(
    pod,
    { type: 'DisruptionTarget', status: 'True', reason, message: 'Eviction API: evicting' },
    now,
  )
}

function withCondition(pod: KubeObject, condition: NewPodCondition, now: number): KubeObject {
  return { ...pod, status: withPodCondition((pod.status ?? {}) as PodStatus, condition, now) }
}
