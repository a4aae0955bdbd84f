import type { Failure, TaskInstanceKey } from '@davit/executor'
import type { Selectable } from 'kysely'
import type { DagSpec, JsonValue } from '../../dag/dag-spec.ts'
import type { DagRunTable, LaunchTable, TaskInstanceTable } from '../tables.ts'
import type { DagRunRow, TaskInstanceRow } from '../workflow-store.ts'

export function dagRunRow(row: Selectable<DagRunTable>): DagRunRow {
  return {
    dagId: row.dag_id,
    runId: row.run_id,
    state: row.state,
    logicalDate: row.logical_date,
    params: JSON.parse(row.params) as Record<string, JsonValue>,
    spec: JSON.parse(row.spec) as DagSpec,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}

/** `result`: the JSON text of what it returned, if it did. */
export function taskInstanceRow(row: Selectable<TaskInstanceTable>, result?: string | null): TaskInstanceRow {
  return {
    dagId: row.dag_id,
    taskId: row.task_id,
    runId: row.run_id,
    mapIndex: row.map_index,
    state: row.state,
    tryNumber: row.try_number,
    mapItem: row.map_item === null ? null : (JSON.parse(row.map_item) as JsonValue),
    podName: row.pod_name,
    launchId: row.launch_id,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    nextTryAt: row.next_try_at,
    failure: failureOf(row.failure),
    ...(result === undefined || result === null ? {} : { result: JSON.parse(result) as JsonValue }),
    logPath: row.log_path,
  }
}

export function failureOf(text: string | null): Failure | null {
  return text === null ? null : (JSON.parse(text) as Failure)
}

/** The key of the try that a row is in. */
export function keyOf(
  row: Pick<LaunchTable | TaskInstanceTable, 'dag_id' | 'task_id' | 'run_id' | 'try_number' | 'map_index'>,
): TaskInstanceKey {
  return {
    dagId: row.dag_id,
    taskId: row.task_id,
    runId: row.run_id,
    tryNumber: row.try_number,
    mapIndex: row.map_index,
  }
}
