import { type Failure, failureBudget, type Launch, type LaunchOutcome } from '@davit/executor'
import { type LaunchRow, launchOfRow, type StoredState, type TaskInstanceRow } from './rows.ts'
import type { StoreContext } from './store-context.ts'

/** Ends a launch, and with it its try, unless its own budget gives the try another launch. The new state of the task instance. */
export function endOfLaunch(
  context: StoreContext,
  instance: TaskInstanceRow,
  row: LaunchRow,
  { launch, state, failure }: LaunchOutcome,
): StoredState {
  const { db, journal } = context
  const job = launch.owner ?? null
  const ended = { ...launchOfRow(row, instance), ...(launch.uid === undefined ? {} : { uid: launch.uid }) }
  journal.write('ended', { job, launch: ended, detail: { state, class: failure?.class ?? null } })
  db.run('UPDATE launch SET uid = ? WHERE id = ?', ended.uid ?? null, row.id)
  const next = stateAfter(context, instance, ended, { state, failure, job })
  db.run(
    `UPDATE launch SET state = 'ended', ended_by = ?, end_state = ?, failure = ? WHERE id = ?`,
    job,
    next,
    failure ? JSON.stringify(failure) : null,
    row.id,
  )
  return next
}

function stateAfter(
  context: StoreContext,
  instance: TaskInstanceRow,
  launch: Launch,
  end: { readonly state: 'success' | 'failed'; readonly failure: Failure | undefined; readonly job: string | null },
): StoredState {
  const { db, journal } = context
  // Revoked, cleared or ended otherwise: the launch has an end, the task instance has its own.
  if (instance.state !== 'queued' || instance.try_number !== launch.key.tryNumber) return instance.state
  const { state, failure, job } = end
  if (state === 'success') {
    db.run(`UPDATE task_instance SET state = 'success', failure = NULL WHERE id = ?`, instance.id)
    journal.write('tryEnded', { job, launch, detail: { state } })
    return 'success'
  }
  if (failure && failureBudget(failure.class) === 'infrastructureRetries' && hasInfrastructureRetries(instance)) {
    db.run(
      `UPDATE task_instance SET state = 'scheduled', queued_by_job_id = NULL,
         infrastructure_failures = infrastructure_failures + 1 WHERE id = ?`,
      instance.id,
    )
    journal.write('charged', { job, launch, detail: { budget: 'infrastructureRetries' } })
    return 'scheduled'
  }
  return failTry(context, instance, launch, failure, launch.owner)
}

/** The try has failed, and is charged to the user's retries: there is another, or the task instance has failed. */
export function failTry(
  { db, journal, now }: StoreContext,
  instance: TaskInstanceRow,
  launch: Launch,
  failure: Failure | undefined,
  job: string | null = null,
): StoredState {
  const isLast = instance.try_number > instance.retries
  const state = isLast ? 'failed' : 'up_for_retry'
  db.run(
    `UPDATE task_instance SET state = ?, try_number = ?, infrastructure_failures = 0, queued_by_job_id = NULL,
       next_try_at = ?, failure = ? WHERE id = ?`,
    state,
    instance.try_number + (isLast ? 0 : 1),
    isLast ? null : now() + instance.retry_delay_ms,
    failure ? JSON.stringify(failure) : null,
    instance.id,
  )
  journal.write('tryEnded', { job, launch, detail: { state: 'failed', class: failure?.class ?? null } })
  journal.write('charged', { job, launch, detail: { budget: 'retries' } })
  return state
}

function hasInfrastructureRetries({ infrastructure_retries: most, infrastructure_failures: used }: TaskInstanceRow) {
  return most < 0 || used < most
}
