import type { Failure, TaskInstanceKey } from '@davit/executor'
import type { JsonValue } from '../../dag/dag-spec.ts'
import type { Changes, TaskDecision } from '../scheduling-store.ts'
import type { TaskInstanceRow } from '../workflow-store.ts'
import { endTry } from './end-try.ts'
import { insertInstances, instanceRows } from './insert-instances.ts'
import type { OperationContext } from './operation-context.ts'
import { taskResult } from './results.ts'
import { revokeLaunches } from './revoke-launches.ts'
import { dagRunRow, taskInstanceRow } from './rows.ts'
import { findInstance } from './select-by-key.ts'

export async function changes({ db }: OperationContext, sinceVersion: number): Promise<Changes> {
  const { value: version } = await db.selectFrom('change_counter').select('value').executeTakeFirstOrThrow()
  if (version === sinceVersion) return { version, runs: [], instances: [] }
  const runs = await db
    .selectFrom('dag_run')
    .selectAll()
    .where('version', '>', sinceVersion)
    .$if(sinceVersion === 0, (query) => query.where('state', 'in', ['queued', 'running']))
    .orderBy('created_at')
    .execute()
  const instances = await db
    .selectFrom('task_instance')
    .select([
      'task_instance.dag_id as dagId',
      'task_instance.run_id as runId',
      'task_instance.task_id as taskId',
      'task_instance.map_index as mapIndex',
      'task_instance.state as state',
      'task_instance.try_number as tryNumber',
      'task_instance.next_try_at as nextTryAt',
    ])
    .where('task_instance.version', '>', sinceVersion)
    .$if(sinceVersion === 0, (query) =>
      query
        .innerJoin('dag_run', (join) =>
          join
            .onRef('dag_run.dag_id', '=', 'task_instance.dag_id')
            .onRef('dag_run.run_id', '=', 'task_instance.run_id'),
        )
        .where('dag_run.state', 'in', ['queued', 'running']),
    )
    .execute()
  return { version, runs: runs.map(dagRunRow), instances }
}

export async function expandTask(
  context: OperationContext,
  dagId: string,
  runId: string,
  taskId: string,
): Promise<number> {
  const { db, specs } = context
  const { task } = await specs.task(db, dagId, runId, taskId)
  if (task.map?.kind !== 'task') throw new Error(`task ${taskId} does not map over another task`)
  const items = await taskResult(context, dagId, runId, task.map.taskId)
  if (!Array.isArray(items)) throw new Error(`the result of ${task.map.taskId}, over which ${taskId} maps, is no array`)
  if (items.length === 0) return 0
  const { numDeletedRows } = await db
    .deleteFrom('task_instance')
    .where('dag_id', '=', dagId)
    .where('run_id', '=', runId)
    .where('task_id', '=', taskId)
    .where('map_index', '=', -1)
    .where('state', 'is', null)
    .executeTakeFirstOrThrow()
  if (numDeletedRows === 1n) {
    const version = await context.changeVersion()
    await insertInstances(context, instanceRows({ dagId, runId }, taskId, items as readonly JsonValue[], version))
  }
  return items.length
}

export async function decide(context: OperationContext, decisions: readonly TaskDecision[]): Promise<void> {
  for (const { dagId, runId, taskId, state } of decisions) {
    await context.db
      .updateTable('task_instance')
      .set({ state, version: await context.changeVersion() })
      .where('dag_id', '=', dagId)
      .where('run_id', '=', runId)
      .where('task_id', '=', taskId)
      .where('state', 'is', null)
      .execute()
  }
}

export async function claim(
  context: OperationContext,
  keys: readonly TaskInstanceKey[],
  queuedByJobId: string,
): Promise<readonly TaskInstanceRow[]> {
  const claimed: TaskInstanceRow[] = []
  for (const key of keys) {
    const row = await context.db
      .updateTable('task_instance')
      .set({
        state: 'queued',
        try_number: key.tryNumber,
        queued_by_job_id: queuedByJobId,
        launch_id: null,
        infrastructure_failures: 0,
        pod_name: null,
        queued_at: null,
        started_at: null,
        ended_at: null,
        next_try_at: null,
        failure: null,
        log_path: null,
        version: await context.changeVersion(),
      })
      .where('dag_id', '=', key.dagId)
      .where('run_id', '=', key.runId)
      .where('task_id', '=', key.taskId)
      .where('map_index', '=', key.mapIndex)
      .where('try_number', '=', key.tryNumber - 1)
      .where('state', 'in', ['scheduled', 'up_for_retry'])
      .returningAll()
      .executeTakeFirst()
    if (row) claimed.push(taskInstanceRow(row))
  }
  return claimed
}

export async function markRunning(context: OperationContext, keys: readonly TaskInstanceKey[]): Promise<void> {
  const { db, specs, now } = context
  for (const key of keys) {
    // The code of a function task starts when its worker says so, some time after its container.
    const found = await specs.find(db, key.dagId, key.runId, key.taskId)
    if (found?.task.kind !== 'container') continue
    await db
      .updateTable('task_instance')
      .set({ state: 'running', started_at: now, version: await context.changeVersion() })
      .where('dag_id', '=', key.dagId)
      .where('run_id', '=', key.runId)
      .where('task_id', '=', key.taskId)
      .where('map_index', '=', key.mapIndex)
      .where('try_number', '=', key.tryNumber)
      .where('state', '=', 'queued')
      .execute()
  }
}

export async function failTries(
  context: OperationContext,
  failed: readonly { readonly key: TaskInstanceKey; readonly failure: Failure }[],
): Promise<void> {
  for (const { key, failure } of failed) {
    const instance = await findInstance(context, key)
    if (instance?.try_number !== key.tryNumber) continue
    if (instance.state !== 'queued' && instance.state !== 'running') continue
    await endTry(context, instance, { state: 'failed', failure })
    await revokeLaunches(context, [key])
  }
}
