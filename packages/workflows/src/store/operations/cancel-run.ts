import type { RevokedTask } from '../workflow-store.ts'
import { recordEnd } from './end-try.ts'
import type { OperationContext } from './operation-context.ts'
import { revokeLaunches } from './revoke-launches.ts'
import { keyOf } from './rows.ts'

export async function cancelRun(
  context: OperationContext,
  dagId: string,
  runId: string,
): Promise<readonly RevokedTask[]> {
  const { db, now } = context
  const version = await context.changeVersion()
  const { numUpdatedRows } = await db
    .updateTable('dag_run')
    .set(({ fn, val }) => ({
      state: 'failed' as const,
      started_at: fn.coalesce('started_at', val(now)),
      ended_at: now,
      version,
    }))
    .where('dag_id', '=', dagId)
    .where('run_id', '=', runId)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return []

  const instancesOf = () =>
    db.selectFrom('task_instance').selectAll().where('dag_id', '=', dagId).where('run_id', '=', runId)
  // A launch was recorded: whether its pod is there or not, the try has begun.
  const launched = await instancesOf()
    .where('state', 'in', ['queued', 'running'])
    .where('launch_id', 'is not', null)
    .execute()
  for (const instance of launched) {
    await recordEnd(context, instance, {
      state: 'failed',
      failure: { class: 'user', evidence: 'dagRun.cancelled=true', message: 'the run was cancelled' },
      info: null,
      nextTryAtMs: null,
    })
  }
  const claimed = await instancesOf().where('state', '=', 'queued').execute()
  await db
    .updateTable('task_instance')
    .set(({ eb }) => ({
      state: 'skipped' as const,
      // A try that was claimed and never launched has not been one.
      try_number: eb
        .case()
        .when('state', '=', 'queued')
        .then(eb('try_number', '-', 1))
        .else(eb.ref('try_number'))
        .end(),
      failure: null,
      next_try_at: null,
      version,
    }))
    .where('dag_id', '=', dagId)
    .where('run_id', '=', runId)
    .where((where) =>
      where.or([where('state', 'is', null), where('state', 'in', ['scheduled', 'queued', 'up_for_retry'])]),
    )
    .execute()
  await revokeLaunches(context, launched.map(keyOf))
  return [...launched, ...claimed].map((row) => ({ key: keyOf(row), queuedByJobId: row.queued_by_job_id }))
}
