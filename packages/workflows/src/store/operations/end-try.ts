import type { Selectable } from 'kysely'
import { type TryEnd, tryEnd } from '../outcome/try-end.ts'
import type { TryReport } from '../outcome/try-report.ts'
import type { TaskInstanceTable, TryOutcomeTable } from '../tables.ts'
import type { OperationContext } from './operation-context.ts'

type Instance = Selectable<TaskInstanceTable>

/** What its pod tells of a try, beside how it ended. */
interface EndFacts {
  /** ISO 8601, by the cluster's clock and in whole seconds: used only when nobody saw the start, and kept between ours. */
  readonly startedAt?: string | undefined
  readonly logPath?: string | undefined
}

/**
 * Ends the try that a task instance is in: decides what the report means, and records the one outcome of the try. The
 * caller has seen, in the same transaction, that the try is queued or running. Gives the state of the task instance.
 */
export async function endTry(
  context: OperationContext,
  instance: Instance,
  report: TryReport,
  facts: EndFacts = {},
): Promise<TryOutcomeTable['state']> {
  const { db, specs, nowMs } = context
  const { task, resultMustBeArrayFor } = await specs.task(db, instance.dag_id, instance.run_id, instance.task_id)
  const end = tryEnd(task, instance.try_number, report, { nowMs, resultMustBeArrayFor })
  await recordEnd(context, instance, end, facts)
  return end.state
}

/** Records the end of a try as it is given, with no retry left to decide. */
export async function recordEnd(
  { db, now, changeVersion }: OperationContext,
  instance: Instance,
  end: TryEnd,
  facts: EndFacts = {},
): Promise<void> {
  const id = {
    dag_id: instance.dag_id,
    run_id: instance.run_id,
    task_id: instance.task_id,
    map_index: instance.map_index,
  }
  const startedAt = instance.started_at ?? startBetween(instance.queued_at, facts.startedAt, now)
  const failure = end.failure === null ? null : JSON.stringify(end.failure)
  const { numUpdatedRows } = await db
    .updateTable('task_instance')
    .set({
      state: end.state,
      failure,
      started_at: startedAt,
      ended_at: now,
      next_try_at: end.nextTryAtMs === null ? null : new Date(end.nextTryAtMs).toISOString(),
      ...(facts.logPath === undefined ? {} : { log_path: facts.logPath }),
      version: await changeVersion(),
    })
    .where('dag_id', '=', id.dag_id)
    .where('run_id', '=', id.run_id)
    .where('task_id', '=', id.task_id)
    .where('map_index', '=', id.map_index)
    .where('try_number', '=', instance.try_number)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirstOrThrow()
  if (numUpdatedRows !== 1n) throw new Error(`try ${instance.try_number} of ${id.task_id} has ended already`)
  await db
    .insertInto('try_outcome')
    .values({
      ...id,
      try_number: instance.try_number,
      state: end.state,
      failure,
      info: end.info,
      launch_id: instance.launch_id,
      infrastructure_failures: instance.infrastructure_failures,
      queued_at: instance.queued_at,
      started_at: startedAt,
      ended_at: now,
    })
    .execute()
  if (end.result === undefined) return
  const value = JSON.stringify(end.result)
  await db
    .insertInto('xcom')
    .values({ ...id, value })
    .onConflict((conflict) => conflict.columns(['dag_id', 'run_id', 'task_id', 'map_index']).doUpdateSet({ value }))
    .execute()
}

function startBetween(queuedAt: string | null, startedAt: string | undefined, now: string): string | null {
  if (startedAt === undefined) return null
  const start = new Date(startedAt).toISOString()
  if (queuedAt !== null && start < queuedAt) return queuedAt
  return start > now ? now : start
}
