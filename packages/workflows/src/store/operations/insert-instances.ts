import type { Insertable } from 'kysely'
import type { JsonValue } from '../../dag/dag-spec.ts'
import type { TaskInstanceTable } from '../tables.ts'
import type { OperationContext } from './operation-context.ts'

// SQLite takes 32,766 values a statement; a row has 18.
const ROWS_A_STATEMENT = 500

/** A new row's columns, but for its key. */
const UNTOUCHED = {
  state: null,
  try_number: 0,
  map_item: null,
  launch_id: null,
  infrastructure_failures: 0,
  pod_name: null,
  queued_by_job_id: null,
  queued_at: null,
  started_at: null,
  ended_at: null,
  next_try_at: null,
  failure: null,
  log_path: null,
} as const

type NewInstance = Insertable<TaskInstanceTable>

/** Inserts instances that nobody has looked at yet. */
export async function insertInstances({ db }: OperationContext, rows: readonly NewInstance[]): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    await db
      .insertInto('task_instance')
      .values(rows.slice(from, from + ROWS_A_STATEMENT))
      .execute()
  }
}

/** One row for each item; without items, or before they are known, one row with map index -1. */
export function instanceRows(
  run: { readonly dagId: string; readonly runId: string },
  taskId: string,
  items: readonly JsonValue[],
  version: number,
): NewInstance[] {
  const id = { ...UNTOUCHED, dag_id: run.dagId, run_id: run.runId, task_id: taskId, version }
  if (items.length === 0) return [{ ...id, map_index: -1 }]
  return items.map((item, index) => ({ ...id, map_index: index, map_item: JSON.stringify(item) }))
}
