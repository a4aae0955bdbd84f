import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { DeleteOptions } from '../../kube/kube-client.ts'

const POLICIES = ['Orphan', 'Background', 'Foreground'] as const

/** Airflow's `delete_option_kwargs` as the options of a deletion. */
export function deleteOptionsOf({ deleteOptionKwargs }: Pick<ExecutorConfig, 'deleteOptionKwargs'>): DeleteOptions {
  const { grace_period_seconds: grace, propagation_policy: policy } = deleteOptionKwargs
  const propagationPolicy = POLICIES.find((known) => known === policy)
  return {
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}),
    ...(propagationPolicy ? { propagationPolicy } : {}),
  }
}
