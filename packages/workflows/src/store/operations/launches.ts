import type { CommittedOutcome, Launch, LaunchOutcome, QueuedTaskInstance, TaskInstanceKey } from '@davit/executor'
import type { Selectable } from 'kysely'
import { podReport } from '../outcome/pod-report.ts'
import type { LaunchTable } from '../tables.ts'
import { endTry } from './end-try.ts'
import type { OperationContext } from './operation-context.ts'
import { revokeLaunches } from './revoke-launches.ts'
import { failureOf, keyOf } from './rows.ts'
import { findInstance, findLaunch } from './select-by-key.ts'

export async function bindPod(context: OperationContext, launch: Launch, uid: string): Promise<boolean> {
  const known = await findLaunch(context, launch.id)
  if (!known || known.state === 'superseded' || known.state === 'revoked') return false
  if (known.uid !== null) return known.uid === uid
  if (known.state !== 'current') return false
  await context.db.updateTable('launch').set({ uid }).where('id', '=', launch.id).where('uid', 'is', null).execute()
  return true
}

/** False: its outcome is committed. */
export async function revokeLaunch(context: OperationContext, launch: Launch): Promise<boolean> {
  const known = await findLaunch(context, launch.id)
  if (known?.state === 'current') {
    const revoked = { state: 'revoked', ended_at: context.now } as const
    await context.db.updateTable('launch').set(revoked).where('id', '=', launch.id).execute()
  }
  return known?.state !== 'ended'
}

export async function commitOutcomes(
  context: OperationContext,
  batch: readonly LaunchOutcome[],
): Promise<readonly CommittedOutcome[]> {
  const committed: CommittedOutcome[] = []
  for (const outcome of batch) committed.push(await commitOutcome(context, outcome))
  return committed
}

async function commitOutcome(context: OperationContext, outcome: LaunchOutcome): Promise<CommittedOutcome> {
  const launch = await findLaunch(context, outcome.launch.id)
  if (!launch) return { accepted: false, state: null }
  // Bound: only that pod speaks for the launch. Not bound: no pod was created, or this is the first that is seen of it.
  const isFenced = launch.uid !== null && launch.uid !== outcome.launch.uid
  if (isFenced || launch.state === 'superseded' || launch.state === 'revoked') {
    return { accepted: false, ...(await endOfTry(context, keyOf(launch))) }
  }
  if (launch.state === 'current') {
    await endLaunch(context, launch, outcome)
    await endTryOf(context, launch, outcome)
  }
  return { accepted: true, ...(await endOfTry(context, keyOf(launch))) }
}

async function endLaunch({ db, now }: OperationContext, launch: Selectable<LaunchTable>, outcome: LaunchOutcome) {
  await db
    .updateTable('launch')
    .set({
      state: 'ended',
      ended_at: now,
      uid: outcome.launch.uid ?? null,
      failure: outcome.failure ? JSON.stringify(outcome.failure) : null,
      log_path: outcome.logPath ?? null,
    })
    .where('id', '=', launch.id)
    .execute()
}

/** The try's outcome, unless its worker has reported one: then the pod's end only adds where the log is. */
async function endTryOf(context: OperationContext, launch: Selectable<LaunchTable>, outcome: LaunchOutcome) {
  const instance = await findInstance(context, keyOf(launch))
  if (instance?.launch_id !== launch.id) return
  if (instance.state === 'queued' || instance.state === 'running') {
    const { task } = await context.specs.task(context.db, launch.dag_id, launch.run_id, launch.task_id)
    const report = podReport(outcome, task, { workerStarted: launch.worker_started_at !== null })
    // The code of a function task started when its worker said so, or not at all.
    const startedAt = task.kind === 'container' ? outcome.startedAt : undefined
    await endTry(context, instance, report, { startedAt, logPath: outcome.logPath })
    return
  }
  if (outcome.logPath === undefined) return
  await context.db
    .updateTable('task_instance')
    .set({ log_path: outcome.logPath, version: await context.changeVersion() })
    .where('launch_id', '=', launch.id)
    .where('dag_id', '=', launch.dag_id)
    .where('run_id', '=', launch.run_id)
    .where('task_id', '=', launch.task_id)
    .where('map_index', '=', launch.map_index)
    .execute()
}

/** The outcome of the try; while it has none, the state of the task instance, if that is still in this try. */
async function endOfTry(
  context: OperationContext,
  key: TaskInstanceKey,
): Promise<Pick<CommittedOutcome, 'state' | 'failure'>> {
  const ended = await context.db
    .selectFrom('try_outcome')
    .select(['state', 'failure'])
    .where('dag_id', '=', key.dagId)
    .where('run_id', '=', key.runId)
    .where('task_id', '=', key.taskId)
    .where('map_index', '=', key.mapIndex)
    .where('try_number', '=', key.tryNumber)
    .executeTakeFirst()
  if (ended) {
    const failure = failureOf(ended.failure)
    return { state: ended.state, ...(failure === null ? {} : { failure }) }
  }
  const instance = await findInstance(context, key)
  return { state: instance?.try_number === key.tryNumber ? instance.state : null }
}

export async function currentLaunches({ db }: OperationContext): Promise<readonly Launch[]> {
  const rows = await db.selectFrom('launch').selectAll().where('state', '=', 'current').orderBy('recorded_at').execute()
  return rows.map((row) => ({
    id: row.id,
    key: keyOf(row),
    number: row.number,
    podName: row.pod_name,
    namespace: row.namespace,
    ...(row.uid === null ? {} : { uid: row.uid }),
  }))
}

export async function queuedTaskInstances({ db }: OperationContext): Promise<readonly QueuedTaskInstance[]> {
  const rows = await db.selectFrom('task_instance').selectAll().where('state', '=', 'queued').execute()
  return rows.map((row) => ({ key: keyOf(row), queuedByJobId: row.queued_by_job_id }))
}

/** Back to scheduled; the try that was claimed for nothing is not counted, so that the next claim is the same try. */
export async function requeue(context: OperationContext, keys: readonly TaskInstanceKey[]): Promise<void> {
  for (const key of keys) {
    const { numUpdatedRows } = await context.db
      .updateTable('task_instance')
      .set({
        state: 'scheduled',
        try_number: key.tryNumber - 1,
        queued_by_job_id: null,
        version: await context.changeVersion(),
      })
      .where('dag_id', '=', key.dagId)
      .where('run_id', '=', key.runId)
      .where('task_id', '=', key.taskId)
      .where('map_index', '=', key.mapIndex)
      .where('try_number', '=', key.tryNumber)
      .where('state', '=', 'queued')
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 1n) await revokeLaunches(context, [key])
  }
}

export async function loadResourceVersions({ db }: OperationContext): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom('resource_version').selectAll().execute()
  return new Map(rows.map(({ namespace, version }) => [namespace, version]))
}

export async function saveResourceVersions(
  { db }: OperationContext,
  versions: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [namespace, version] of versions) {
    await db
      .insertInto('resource_version')
      .values({ namespace, version })
      .onConflict((conflict) => conflict.column('namespace').doUpdateSet({ version }))
      .execute()
  }
}
