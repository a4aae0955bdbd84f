import type { JsonValue } from '../../dag/dag-spec.ts'
import type { OperationContext } from './operation-context.ts'

/** What a task returned; of a mapped one an array in map order, with nulls for instances without a result. */
export async function taskResult(
  { db, specs }: OperationContext,
  dagId: string,
  runId: string,
  taskId: string,
): Promise<JsonValue> {
  const found = await specs.find(db, dagId, runId, taskId)
  if (!found) return null
  const rows = await db
    .selectFrom('task_instance')
    .leftJoin('xcom', (join) =>
      join
        .onRef('xcom.dag_id', '=', 'task_instance.dag_id')
        .onRef('xcom.run_id', '=', 'task_instance.run_id')
        .onRef('xcom.task_id', '=', 'task_instance.task_id')
        .onRef('xcom.map_index', '=', 'task_instance.map_index'),
    )
    .select(['task_instance.map_index', 'xcom.value'])
    .where('task_instance.dag_id', '=', dagId)
    .where('task_instance.run_id', '=', runId)
    .where('task_instance.task_id', '=', taskId)
    .where((where) => where.or([where('state', 'is', null), where('state', '!=', 'removed')]))
    .orderBy('task_instance.map_index')
    .execute()
  const values = rows.map(({ value }) => (value === null ? null : (JSON.parse(value) as JsonValue)))
  if (found.task.map === null) return values[0] ?? null
  return values.filter((_, index) => rows[index]?.map_index !== -1)
}

export async function results(
  context: OperationContext,
  dagId: string,
  runId: string,
  taskIds: readonly string[],
): Promise<Readonly<Record<string, JsonValue>>> {
  const entries: [string, JsonValue][] = []
  for (const taskId of taskIds) entries.push([taskId, await taskResult(context, dagId, runId, taskId)])
  return Object.fromEntries(entries)
}
