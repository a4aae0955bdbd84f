import { type NewPodCondition, withPodCondition } from '../../../pod-condition.ts'
import type { KubeObject } from '../../../storage/kube-object.ts'
import type { PodStatus } from '../../../types.ts'

/** What a binding says beside the node. */
export interface BindingDetails {
  readonly observedGeneration?: number | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

/** A pod that is bound: its node and the condition PodScheduled, in one change. It is meant for no other node now. */
export function boundPod(pod: KubeObject, nodeName: string, now: number, details: BindingDetails = {}): KubeObject {
  const { observedGeneration, labels, annotations } = details
  const condition = { type: 'PodScheduled', status: 'True', observedGeneration } as const
  const { metadata, ...scheduled } = withCondition(pod, condition, now)
  const { nominatedNodeName: _, ...status } = scheduled.status as { readonly nominatedNodeName?: string }
  return {
    ...scheduled,
    metadata: {
      ...metadata,
      ...(labels && { labels: { ...metadata.labels, ...labels } }),
      ...(annotations && { annotations: { ...metadata.annotations, ...annotations } }),
    },
    spec: { ...(pod.spec as object), nodeName },
    status,
  }
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

function withCondition(pod: KubeObject, condition: NewPodCondition, now: number): KubeObject {
  return { ...pod, status: withPodCondition((pod.status ?? {}) as PodStatus, condition, now) }
}
