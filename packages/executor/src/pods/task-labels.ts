import { executorVersion } from '../version.ts'
import { datetimeToLabelSafeDatestring } from './date-label.ts'
import { OWNER_LABEL } from './identity-marks.ts'
import { makeSafeLabelValue } from './safe-label-value.ts'

export interface TaskLabelOptions {
  readonly dagId: string
  readonly taskId: string
  readonly tryNumber: number
  /** The job id of the executor that owns the pod. */
  readonly airflowWorker?: string | number | null
  /** -1: not mapped. @default -1 */
  readonly mapIndex?: number | null
  readonly logicalDate?: string | Date | null
  readonly runId?: string | null
  /** @default our own version */
  readonly airflowVersion?: string
}

/** The labels of a task's pod. Airflow: `build_labels_for_k8s_executor_pod`. */
export function buildLabelsForK8sExecutorPod(options: TaskLabelOptions): Record<string, string> {
  const { airflowVersion = executorVersion } = options
  return { ...selectingLabels(options), airflow_version: airflowVersion.replaceAll('+', '-') }
}

/**
 * A selector of the pods of a task: its labels but for the version, by name. Without an owner the label `airflow-worker`
 * must at least be there, which keeps out pods of other operators. Airflow: `build_selector_for_k8s_executor_pod`.
 */
export function buildSelectorForK8sExecutorPod(options: Omit<TaskLabelOptions, 'airflowVersion'>): string {
  const terms = Object.entries(selectingLabels(options))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
  return (isGiven(options.airflowWorker) ? terms : [...terms, OWNER_LABEL]).join(',')
}

function selectingLabels(options: TaskLabelOptions): Record<string, string> {
  const { dagId, taskId, tryNumber, airflowWorker, mapIndex, logicalDate, runId } = options
  return {
    dag_id: makeSafeLabelValue(dagId),
    task_id: makeSafeLabelValue(taskId),
    try_number: String(tryNumber),
    kubernetes_executor: 'True',
    ...(isGiven(airflowWorker) ? { [OWNER_LABEL]: makeSafeLabelValue(String(airflowWorker)) } : {}),
    ...(typeof mapIndex === 'number' && mapIndex >= 0 ? { map_index: String(mapIndex) } : {}),
    ...(logicalDate ? { logical_date: datetimeToLabelSafeDatestring(logicalDate) } : {}),
    ...(runId ? { run_id: makeSafeLabelValue(runId) } : {}),
  }
}

function isGiven(worker: string | number | null | undefined): worker is string | number {
  return worker !== undefined && worker !== null && worker !== ''
}
