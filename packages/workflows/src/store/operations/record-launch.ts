import type { Launch, LaunchRequest, RecordedLaunch } from '@davit/executor'
import type { Selectable } from 'kysely'
import { launchToken, launchTokenHash } from '../launch-token.ts'
import type { LaunchTable, TaskInstanceTable } from '../tables.ts'
import { endTry } from './end-try.ts'
import type { OperationContext } from './operation-context.ts'
import { findInstance, findLaunch } from './select-by-key.ts'

/**
 * Records a launch (I1). With `supersedes` the old launch is charged to the task's `infrastructureRetries` of this try;
 * when those are used up nothing may be created: the try has failed as the old launch did, in the same transaction.
 */
export async function recordLaunch(context: OperationContext, request: LaunchRequest): Promise<RecordedLaunch> {
  const { launch, supersedes } = request
  const instance = await findInstance(context, launch.key)
  if (!instance) return refused(`there is no task instance ${launch.key.taskId} in run ${launch.key.runId}`)
  const known = await findLaunch(context, launch.id)
  if (known && (known.pod_name !== launch.podName || known.run_id !== launch.key.runId)) {
    return refused(`launch id ${launch.id} is another task's: ${known.task_id} in run ${known.run_id}`)
  }
  const { try_number: tryNumber, state } = instance
  if (tryNumber !== launch.key.tryNumber || (state !== 'queued' && state !== 'running')) {
    if (supersedes) await endLaunch(context, supersedes.launchId)
    return refused(
      `try ${launch.key.tryNumber} is over: the task instance is ${state ?? 'not scheduled'}, try ${tryNumber}`,
    )
  }
  if (known && instance.launch_id === known.id && known.state === 'current') return recorded(context, launch)
  if (known && !isReusable(known, instance)) return refused(`launch ${known.id} is ${known.state}`)
  if (instance.launch_id !== null && instance.launch_id !== supersedes?.launchId && instance.launch_id !== known?.id) {
    const current = await findLaunch(context, instance.launch_id)
    if (current?.state !== 'revoked') return refused(`launch ${instance.launch_id} of this try is the current one`)
  }
  if (supersedes) {
    const refusal = await supersede(context, instance, supersedes)
    if (refusal) return refused(refusal)
  }
  await insertLaunch(context, instance, launch, { isKnown: known !== undefined, isCharged: supersedes !== undefined })
  return recorded(context, launch)
}

function refused(reason: string): RecordedLaunch {
  return { recorded: false, reason }
}

function recorded({ secret }: OperationContext, launch: Launch): RecordedLaunch {
  return { recorded: true, env: { DAVIT_LAUNCH_TOKEN: launchToken(secret, launch.id) } }
}

/** A launch that was put back before its code could start may be recorded again: it gets the same name and number. */
function isReusable(launch: Selectable<LaunchTable>, instance: Selectable<TaskInstanceTable>): boolean {
  return launch.state === 'revoked' && launch.worker_started_at === null && instance.state === 'queued'
}

async function supersede(
  context: OperationContext,
  instance: Selectable<TaskInstanceTable>,
  { launchId, failure }: NonNullable<LaunchRequest['supersedes']>,
): Promise<string | null> {
  const { db, now, specs } = context
  if (instance.launch_id !== launchId) return `launch ${launchId} is not the current one of this try`
  const { task } = await specs.task(db, instance.dag_id, instance.run_id, instance.task_id)
  // -1: no limit.
  const isUsedUp = task.infrastructureRetries >= 0 && instance.infrastructure_failures >= task.infrastructureRetries
  await db
    .updateTable('launch')
    .set({ state: isUsedUp ? 'ended' : 'superseded', failure: JSON.stringify(failure), ended_at: now })
    .where('id', '=', launchId)
    .execute()
  if (!isUsedUp) return null
  await endTry(context, instance, { state: 'failed', failure })
  return `infrastructureRetries (${task.infrastructureRetries}) are used up: ${failure.message}`
}

async function insertLaunch(
  context: OperationContext,
  instance: Selectable<TaskInstanceTable>,
  { id, key, number, podName, namespace }: Launch,
  { isKnown, isCharged }: { readonly isKnown: boolean; readonly isCharged: boolean },
): Promise<void> {
  const { db, now, secret } = context
  const fresh = {
    uid: null,
    state: 'current' as const,
    token_spent_at: null,
    recorded_at: now,
    heartbeat_at: null,
    ended_at: null,
    failure: null,
    namespace,
  }
  if (isKnown) {
    await db.updateTable('launch').set(fresh).where('id', '=', id).execute()
  } else {
    await db
      .insertInto('launch')
      .values({
        ...fresh,
        id,
        dag_id: key.dagId,
        run_id: key.runId,
        task_id: key.taskId,
        map_index: key.mapIndex,
        try_number: key.tryNumber,
        number,
        pod_name: podName,
        token_hash: launchTokenHash(launchToken(secret, id)),
        worker_started_at: null,
        worker_finished_at: null,
        log_path: null,
      })
      .execute()
  }
  await db
    .updateTable('task_instance')
    .set({
      launch_id: id,
      pod_name: podName,
      queued_at: instance.queued_at ?? now,
      // A new launch of the same try waits for its pod again.
      state: 'queued',
      started_at: null,
      ...(isCharged ? { infrastructure_failures: instance.infrastructure_failures + 1 } : {}),
      version: await context.changeVersion(),
    })
    .where('dag_id', '=', key.dagId)
    .where('run_id', '=', key.runId)
    .where('task_id', '=', key.taskId)
    .where('map_index', '=', key.mapIndex)
    .execute()
}

/** A launch whose try had ended before: its pod is gone, and nobody has to look for it any more. */
async function endLaunch({ db, now }: OperationContext, id: string): Promise<void> {
  await db
    .updateTable('launch')
    .set({ state: 'ended', ended_at: now })
    .where('id', '=', id)
    .where('state', '=', 'current')
    .execute()
}
