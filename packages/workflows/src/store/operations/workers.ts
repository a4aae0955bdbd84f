import type { Selectable } from 'kysely'
import type { JsonValue } from '../../dag/dag-spec.ts'
import { launchTokenHash } from '../launch-token.ts'
import type { LaunchTable, TaskInstanceTable } from '../tables.ts'
import type { StartedTask, WorkerIdentity, WorkerOutcome } from '../workflow-store.ts'
import { endTry } from './end-try.ts'
import type { OperationContext } from './operation-context.ts'
import { taskResult } from './results.ts'
import { keyOf } from './rows.ts'
import { findInstance, findLaunch } from './select-by-key.ts'

export async function exchangeLaunchToken(
  context: OperationContext,
  launchToken: string,
  podUid: string,
): Promise<WorkerIdentity | null> {
  const { db, now } = context
  const launch = await db
    .selectFrom('launch')
    .selectAll()
    .where('token_hash', '=', launchTokenHash(launchToken))
    .executeTakeFirst()
  if (launch?.state !== 'current' || launch.token_spent_at !== null) return null
  // The worker may be faster than the answer to its pod's create: then it is the one that binds.
  if (launch.uid !== null && launch.uid !== podUid) return null
  await db.updateTable('launch').set({ uid: podUid, token_spent_at: now }).where('id', '=', launch.id).execute()
  return { launchId: launch.id, podUid }
}

export async function startTask(context: OperationContext, worker: WorkerIdentity): Promise<StartedTask | null> {
  const { db, now, specs } = context
  const current = await currentTry(context, worker)
  if (!current || current.launch.worker_started_at !== null) return null
  const { launch, instance } = current
  await db
    .updateTable('launch')
    .set({ worker_started_at: now, heartbeat_at: now })
    .where('id', '=', launch.id)
    .execute()
  await db
    .updateTable('task_instance')
    .set({ state: 'running', started_at: now, version: await context.changeVersion() })
    .where('dag_id', '=', launch.dag_id)
    .where('run_id', '=', launch.run_id)
    .where('task_id', '=', launch.task_id)
    .where('map_index', '=', launch.map_index)
    .execute()
  const { task } = await specs.task(db, launch.dag_id, launch.run_id, launch.task_id)
  const run = await db
    .selectFrom('dag_run')
    .select(['logical_date', 'params'])
    .where('dag_id', '=', launch.dag_id)
    .where('run_id', '=', launch.run_id)
    .executeTakeFirstOrThrow()
  return {
    key: keyOf(launch),
    mapItem: instance.map_item === null ? null : (JSON.parse(instance.map_item) as JsonValue),
    logicalDate: run.logical_date,
    params: JSON.parse(run.params) as Record<string, JsonValue>,
    executionTimeoutSeconds: task.executionTimeoutSeconds,
  }
}

export async function heartbeat(context: OperationContext, worker: WorkerIdentity): Promise<boolean> {
  const current = await currentTry(context, worker)
  if (!current || current.launch.worker_started_at === null) return false
  await context.db.updateTable('launch').set({ heartbeat_at: context.now }).where('id', '=', worker.launchId).execute()
  return true
}

export async function pullXcom(context: OperationContext, worker: WorkerIdentity, taskId: string): Promise<JsonValue> {
  const current = await currentTry(context, worker)
  if (!current) return null
  return taskResult(context, current.launch.dag_id, current.launch.run_id, taskId)
}

export async function finishTask(
  context: OperationContext,
  worker: WorkerIdentity,
  outcome: WorkerOutcome,
): Promise<boolean> {
  const current = await currentTry(context, worker)
  if (!current || current.launch.worker_started_at === null) return false
  await context.db
    .updateTable('launch')
    .set({ worker_finished_at: context.now })
    .where('id', '=', worker.launchId)
    .execute()
  await endTry(context, current.instance, outcome)
  return true
}

/** The worker's launch and its task instance, while both are current and the try has no outcome. */
async function currentTry(
  context: OperationContext,
  { launchId, podUid }: WorkerIdentity,
): Promise<{ launch: Selectable<LaunchTable>; instance: Selectable<TaskInstanceTable> } | null> {
  const launch = await findLaunch(context, launchId)
  if (launch?.state !== 'current' || launch.uid !== podUid) return null
  const instance = await findInstance(context, keyOf(launch))
  if (instance?.launch_id !== launchId || instance.try_number !== launch.try_number) return null
  if (instance.state !== 'queued' && instance.state !== 'running') return null
  return { launch, instance }
}
