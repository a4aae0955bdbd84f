import type { TaskInstanceRow, TryRow } from '../workflow-store.ts'
import type { OperationContext } from './operation-context.ts'
import { failureOf, taskInstanceRow } from './rows.ts'

export async function taskInstances(
  { db }: OperationContext,
  dagId: string,
  runId: string,
): Promise<readonly TaskInstanceRow[]> {
  const rows = await db
    .selectFrom('task_instance')
    .leftJoin('xcom', (join) =>
      join
        .onRef('xcom.dag_id', '=', 'task_instance.dag_id')
        .onRef('xcom.run_id', '=', 'task_instance.run_id')
        .onRef('xcom.task_id', '=', 'task_instance.task_id')
        .onRef('xcom.map_index', '=', 'task_instance.map_index'),
    )
    .selectAll('task_instance')
    .select('xcom.value as result')
    .where('task_instance.dag_id', '=', dagId)
    .where('task_instance.run_id', '=', runId)
    .orderBy('task_instance.task_id')
    .orderBy('task_instance.map_index')
    .execute()
  return rows.map((row) => taskInstanceRow(row, row.result))
}

export async function tries({ db }: OperationContext, dagId: string, runId: string): Promise<readonly TryRow[]> {
  const rows = await db
    .selectFrom('try_outcome')
    .leftJoin('launch', 'launch.id', 'try_outcome.launch_id')
    .selectAll('try_outcome')
    .select(['launch.pod_name', 'launch.log_path'])
    .where('try_outcome.dag_id', '=', dagId)
    .where('try_outcome.run_id', '=', runId)
    .orderBy('try_outcome.task_id')
    .orderBy('try_outcome.map_index')
    .orderBy('try_outcome.try_number')
    .execute()
  return rows.map((row) => ({
    taskId: row.task_id,
    mapIndex: row.map_index,
    tryNumber: row.try_number,
    state: row.state,
    failure: failureOf(row.failure),
    info: row.info,
    launchId: row.launch_id,
    podName: row.pod_name,
    logPath: row.log_path,
    infrastructureFailures: row.infrastructure_failures,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }))
}
