import type { ExecutorConfig } from '../config/executor-config.ts'
import type { Pod } from '../kube/types.ts'

/**
 * What becomes of a pod whose outcome is committed. Airflow's table, with two differences: a failed pod that is kept is
 * labelled done, and a pod that has not ended (it never started, or another of its containers still runs) always goes,
 * since it must not do anything after its try is accounted for.
 */
export function podDisposal(
  pod: Pod | null,
  state: 'success' | 'failed',
  config: Pick<ExecutorConfig, 'deleteWorkerPods' | 'deleteWorkerPodsOnFailure'>,
): 'delete' | 'markDone' {
  const phase = pod?.status?.phase
  if (phase !== 'Succeeded' && phase !== 'Failed') return 'delete'
  if (!config.deleteWorkerPods) return 'markDone'
  return state === 'failed' && !config.deleteWorkerPodsOnFailure ? 'markDone' : 'delete'
}
