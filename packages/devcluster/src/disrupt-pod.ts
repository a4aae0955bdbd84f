import type { Clock } from './clock.ts'
import type { ClusterAccess } from './kubelet/cluster-access.ts'
import { withPodCondition } from './pod-condition.ts'
import type { Pod } from './types.ts'

/** Why something in the cluster has a pod deleted: the condition DisruptionTarget. */
export interface Disruption {
  readonly reason: string
  readonly message: string
  /** The pod's node has no say: it has failed, and goes at once. */
  readonly isForced?: boolean
}

/**
 * Announces a disruption on a pod and deletes it, as the scheduler, the taint manager and the garbage collector of pods do.
 * Kubernetes: addConditionAndDeletePod, markFailedAndDeletePodWithCondition.
 */
export function disruptPod(
  { access, clock }: { readonly access: ClusterAccess; readonly clock: Clock },
  pod: Pod,
  { reason, message, isForced = false }: Disruption,
): void {
  const generation = pod.metadata?.generation
  access.updatePodStatus(pod, (before) => {
    if (isForced && (before.phase === 'Succeeded' || before.phase === 'Failed')) return before
    const seen = generation === undefined ? {} : { observedGeneration: generation }
    const status = isForced ? { ...before, ...seen, phase: 'Failed' } : before
    // The API for evictions, alone among them, does not say which generation it has seen.
    const observedGeneration = reason === 'EvictionByEvictionAPI' ? undefined : generation
    return withPodCondition(
      status,
      { type: 'DisruptionTarget', status: 'True', reason, message, observedGeneration },
      clock.now(),
    )
  })
  access.deletePod(pod, isForced ? 0 : undefined)
}

/** Fails a pod whose node cannot say how it ended, and takes it away at once. Kubernetes: markFailedAndDeletePod. */
export function failPod(access: ClusterAccess, pod: Pod): void {
  const generation = pod.metadata?.generation
  access.updatePodStatus(pod, (before) => {
    if (before.phase === 'Succeeded' || before.phase === 'Failed') return before
    return { ...before, ...(generation === undefined ? {} : { observedGeneration: generation }), phase: 'Failed' }
  })
  access.deletePod(pod, 0)
}
