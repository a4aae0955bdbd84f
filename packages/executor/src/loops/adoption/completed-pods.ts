import type { ContainerStateView } from '../../kube/pod-view.ts'
import { OWNER_LABEL } from '../../pods/identity-marks.ts'
import { makeSafeLabelValue } from '../../pods/safe-label-value.ts'
import type { PodRecord } from '../tracking/pod-record.ts'
import { deploymentTerm, NOT_DONE_TERM, TASK_TERM } from '../tracking/selector-terms.ts'

/**
 * Selects ended pods that no living executor answers for. Airflow: `_adopt_completed_pods`; only pods of our deployment,
 * so that those of an Airflow in the same namespace are left alone.
 */
export function completedSelector(jobId: string, aliveJobIds: readonly string[], deployment: string): string {
  const alive = [...new Set([jobId, ...aliveJobIds])].map(makeSafeLabelValue).sort()
  const owner = alive.length > 1 ? `${OWNER_LABEL} notin (${alive.join(',')})` : `${OWNER_LABEL}!=${alive[0]}`
  return [TASK_TERM, deploymentTerm(deployment), owner, NOT_DONE_TERM].join()
}

/** When the pod ended: the latest end of a container, else its creation; milliseconds since 1970. */
export function endedAt({ metadata, status }: PodRecord): number {
  const { initContainerStatuses = [], containerStatuses = [] } = status
  const ends = [...initContainerStatuses, ...containerStatuses].map(({ state }) => finishedAt(state))
  return Math.max(...ends, Date.parse(metadata.creationTimestamp ?? '') || 0)
}

function finishedAt(state: ContainerStateView | undefined): number {
  return Date.parse(state?.terminated?.finishedAt ?? '') || 0
}
