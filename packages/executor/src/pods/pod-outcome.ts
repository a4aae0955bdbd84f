import { fatalContainerStateReasons as airflowsFatalReasons } from '../config/option-rules.ts'
import type { PodView } from '../kube/pod-view.ts'
import { collectPodFailureDetails, containerStatuses, type PodFailureDetails } from './failure-details.ts'
import { isFatalWait } from './fatal-waiting.ts'
import { POD_REVOKED_LABEL } from './identity-marks.ts'

/** An event of a watch, as far as its pod's outcome goes. */
export interface PodOutcomeEvent {
  readonly type: string
  readonly object: PodView
}

/** What one event says of a pod's task; state null: nothing yet, or nothing more. */
export interface PodOutcome {
  readonly state: 'failed' | 'succeeded' | 'adopted' | null
  /** Only of a pod whose phase is Failed. */
  readonly failure?: PodFailureDetails
}

/**
 * What an event of the watch says of the pod's task: Airflow's table, exactly. The executor builds on it and knows more
 * (`loops/`): a pod that vanished is not simply adopted, and an ended main container is an end.
 * Airflow: `KubernetesJobWatcher.process_status`, whose null for Succeeded is `succeeded` here.
 *
 * @param options.fatalContainerStateReasons waiting reasons that fail a pending pod; empty: none. @default Airflow's five
 */
export function podOutcome(
  { type, object: pod }: PodOutcomeEvent,
  {
    fatalContainerStateReasons = airflowsFatalReasons,
  }: { readonly fatalContainerStateReasons?: readonly string[] } = {},
): PodOutcome {
  const { metadata, status } = pod
  const isDeleting = metadata?.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null
  const isDeleted = type === 'DELETED'
  if (metadata?.labels && POD_REVOKED_LABEL in metadata.labels) return { state: null }
  // It left the selector: another executor has put its own name on it.
  if (isDeleted && !isDeleting) return { state: 'adopted' }
  if (status?.reason === 'ProviderFailed') return { state: 'failed' }
  switch (status?.phase) {
    case 'Pending':
      return { state: !isDeleted && isStuck(pod, fatalContainerStateReasons) ? 'failed' : null }
    case 'Failed': {
      const failure = collectPodFailureDetails(pod)
      return failure === null ? { state: 'failed' } : { state: 'failed', failure }
    }
    case 'Succeeded':
      return { state: 'succeeded' }
    case 'Running':
      return { state: isDeleted ? 'failed' : null }
    default:
      return { state: null }
  }
}

/** Whether an init container, or the first of the others, waits for something that will not come by itself. */
function isStuck({ status }: PodView, fatalReasons: readonly string[]): boolean {
  const checked = [
    ...containerStatuses(status?.initContainerStatuses),
    ...containerStatuses(status?.containerStatuses).slice(0, 1),
  ]
  return checked.some(({ state }) => isFatalWait(state, fatalReasons))
}
