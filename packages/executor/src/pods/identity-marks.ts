import type { ObjectMeta } from '../kube/types.ts'

/** Our own labels: who shares the pod's store, and which launch it is of. The second is an annotation too. */
export const DEPLOYMENT_LABEL = 'davit-deployment'
export const LAUNCH_LABEL = 'davit-launch'
export const LAUNCH_ANNOTATION = 'davit-launch'

/** Airflow: the job id of the executor that owns the pod. */
export const OWNER_LABEL = 'airflow-worker'
/** Airflow: the executor is done with the pod, and its watch passes it over. */
export const EXECUTOR_DONE_LABEL = 'airflow_executor_done'
/** Airflow: the pod's task was revoked; its end says nothing. */
export const POD_REVOKED_LABEL = 'airflow_pod_revoked'

/** By these a pod is found, owned and accounted for. */
const RESERVED_LABELS: ReadonlySet<string> = new Set([
  'dag_id',
  'task_id',
  'run_id',
  'try_number',
  'map_index',
  'kubernetes_executor',
  OWNER_LABEL,
  'airflow_version',
  DEPLOYMENT_LABEL,
  LAUNCH_LABEL,
  EXECUTOR_DONE_LABEL,
  POD_REVOKED_LABEL,
])
const RESERVED_ANNOTATIONS: ReadonlySet<string> = new Set([
  'dag_id',
  'task_id',
  'run_id',
  'try_number',
  'map_index',
  LAUNCH_ANNOTATION,
])

/** The labels and annotations that are an identity's. */
export interface IdentityMarks {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** Metadata with the identity's marks, and none that stands for another: an override cannot claim a map index either. */
export function withIdentityMarks(metadata: ObjectMeta | undefined, marks: IdentityMarks): ObjectMeta {
  return {
    ...metadata,
    labels: { ...without(metadata?.labels, RESERVED_LABELS), ...marks.labels },
    annotations: { ...without(metadata?.annotations, RESERVED_ANNOTATIONS), ...marks.annotations },
  }
}

function without(
  values: Readonly<Record<string, string>> | undefined,
  names: ReadonlySet<string>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => !names.has(name)))
}
