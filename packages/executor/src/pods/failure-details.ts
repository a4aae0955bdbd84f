import type { ContainerStatusView, PodView } from '../kube/pod-view.ts'
import { isPlainObject } from './plain-object.ts'

/** What a failed pod says of its failure, in Airflow's fields. Airflow: `FailureDetails`. */
export interface PodFailureDetails {
  readonly podStatus?: string
  readonly podReason?: string
  readonly podMessage?: string
  readonly containerState?: 'terminated' | 'waiting'
  readonly containerReason?: string
  readonly containerMessage?: string
  readonly exitCode?: number
  readonly containerType?: 'init' | 'main'
  readonly containerName?: string
}

/**
 * The failure details of a pod; null unless its phase is Failed. Init containers are looked at first and, if they show
 * nothing, the others: the first that ended badly, else the last that waits. Airflow: `collect_pod_failure_details`.
 */
export function collectPodFailureDetails(pod: PodView): PodFailureDetails | null {
  const { status } = pod
  if (status?.phase !== 'Failed') return null
  return {
    podStatus: status.phase,
    ...given('podReason', status.reason),
    ...given('podMessage', status.message),
    ...(containerFailure(status.initContainerStatuses, 'init') ?? containerFailure(status.containerStatuses, 'main')),
  }
}

function containerFailure(statuses: unknown, containerType: 'init' | 'main'): PodFailureDetails | null {
  let lastWaiting: PodFailureDetails | null = null
  for (const { name, state } of containerStatuses(statuses)) {
    const { terminated, waiting } = state ?? {}
    if (terminated && terminated.exitCode !== 0 && terminated.reason !== 'Completed') {
      return {
        containerState: 'terminated',
        ...given('containerReason', terminated.reason),
        ...given('containerMessage', terminated.message),
        exitCode: terminated.exitCode,
        containerType,
        containerName: name,
      }
    }
    if (!waiting) continue
    lastWaiting = {
      containerState: 'waiting',
      ...given('containerReason', waiting.reason),
      ...given('containerMessage', waiting.message),
      containerType,
      containerName: name,
    }
  }
  return lastWaiting
}

/** The items of a list of container statuses that are ones: a strange status must not stop a loop. */
export function containerStatuses(statuses: unknown): readonly ContainerStatusView[] {
  return Array.isArray(statuses)
    ? statuses.filter((status): status is ContainerStatusView => isPlainObject(status))
    : []
}

function given<K extends string, V>(name: K, value: V | null | undefined): { readonly [P in K]?: V } {
  return value === undefined || value === null ? {} : ({ [name]: value } as { readonly [P in K]: V })
}
