import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodView } from '../../kube/pod-view.ts'
import { containerStatuses } from '../../pods/failure-details.ts'

/**
 * What becomes of a pod whose outcome is committed. Airflow's table, with two differences: a failed pod that is kept is
 * labelled done, and a pod that has not ended (it never started, or another of its containers still runs) always goes,
 * since it must not do anything after its try is accounted for.
 */
export function podDisposal(
  pod: PodView | null,
  state: 'success' | 'failed',
  config: Pick<ExecutorConfig, 'deleteWorkerPods' | 'deleteWorkerPodsOnFailure'>,
): 'delete' | 'markDone' {
  if (pod === null || !hasEnded(pod)) return 'delete'
  if (!config.deleteWorkerPods) return 'markDone'
  return state === 'failed' && !config.deleteWorkerPodsOnFailure ? 'markDone' : 'delete'
}

/** Nothing of it runs any more. Kubelets tell that the last container has ended before they tell that the pod has. */
function hasEnded({ status }: PodView): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true
  const mains = containerStatuses(status?.containerStatuses)
  const all = [...mains, ...containerStatuses(status?.initContainerStatuses)]
  return mains.length > 0 && all.every(({ state }) => state?.terminated)
}
