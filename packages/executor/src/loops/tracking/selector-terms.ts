import type { ExecutorConfig } from '../../config/executor-config.ts'
import { DEPLOYMENT_LABEL, EXECUTOR_DONE_LABEL, OWNER_LABEL } from '../../pods/identity-marks.ts'
import { makeSafeLabelValue } from '../../pods/safe-label-value.ts'

/** The terms of label selectors by which our pods are found; joined by commas, all of them must hold. */

/** Pods of tasks, of ours and of Airflow's. */
export const TASK_TERM = 'kubernetes_executor=True'
/** Pods that their executor is done with, and keeps. */
export const DONE_TERM = `${EXECUTOR_DONE_LABEL}=True`
export const NOT_DONE_TERM = `${EXECUTOR_DONE_LABEL}!=True`

/** Pods that name this job as their owner. */
export function jobTerm(jobId: string): string {
  return `${OWNER_LABEL}=${makeSafeLabelValue(jobId)}`
}

export function deploymentTerm(deployment: string): string {
  return `${DEPLOYMENT_LABEL}=${deployment}`
}

/** Pods that a job may answer for. By lease they say nothing of their owner, and are those of the whole deployment. */
export function ownerTerm(
  { adoption, deployment }: Pick<ExecutorConfig, 'adoption' | 'deployment'>,
  jobId: string,
): string {
  return adoption === 'lease' ? deploymentTerm(deployment) : jobTerm(jobId)
}
