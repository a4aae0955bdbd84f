import type { AdoptableTaskInstance, TaskInstanceKey } from '@davit/executor'
import type { JobLeases } from './job-leases.ts'
import { currentLaunch, findInstance, keyOfRow, launchOfRow, type TaskInstanceRow } from './rows.ts'
import type { StoreContext } from './store-context.ts'

/** A task instance that is to run. */
export interface QueuedTaskInstance {
  readonly key: Omit<TaskInstanceKey, 'tryNumber'>
  /** @default 1 */
  readonly priority?: number
  /** The user's budget: further tries after the first. @default 0 */
  readonly retries?: number
  /** Further launches of one try; -1: no limit. @default 3 */
  readonly infrastructureRetries?: number
  /** @default 0 */
  readonly retryDelaySeconds?: number
  /** Whatever the one who claims it needs to launch it: JSON. @default null */
  readonly payload?: unknown
}

/** A try that was given to a job, to be passed on to its executor. */
export interface ClaimedTry {
  readonly key: TaskInstanceKey
  readonly priority: number
  readonly infrastructureRetries: number
  /** That of the launch whose create may have been sent, if there is one: it is repeated (I1). */
  readonly launchNumber: number
  readonly payload: unknown
}

export function queue(
  { db, journal }: StoreContext,
  { key, priority, retries, infrastructureRetries, retryDelaySeconds, payload }: QueuedTaskInstance,
): void {
  db.run(
    `INSERT INTO task_instance (dag_id, task_id, run_id, map_index, state, try_number, priority, retries,
       infrastructure_retries, retry_delay_ms, payload) VALUES (?, ?, ?, ?, 'scheduled', 1, ?, ?, ?, ?, ?)`,
    key.dagId,
    key.taskId,
    key.runId,
    key.mapIndex,
    priority ?? 1,
    retries ?? 0,
    infrastructureRetries ?? 3,
    (retryDelaySeconds ?? 0) * 1000,
    JSON.stringify(payload ?? null),
  )
  journal.write('queued', { key: { ...key, tryNumber: 1 } })
}

/** Highest priority first, oldest first among equals; retries when they are due. */
export function claim(context: StoreContext, jobId: string, limit: number): ClaimedTry[] {
  const { db, now } = context
  const due = db.all<TaskInstanceRow>(
    `SELECT * FROM task_instance WHERE state = 'scheduled' OR (state = 'up_for_retry' AND next_try_at <= ?)
     ORDER BY priority DESC, id LIMIT ?`,
    now(),
    limit,
  )
  return due.map((instance) => claimOne(context, jobId, instance))
}

function claimOne({ db, journal, guardsOwners }: StoreContext, jobId: string, instance: TaskInstanceRow): ClaimedTry {
  db.run(`UPDATE task_instance SET state = 'queued', queued_by_job_id = ? WHERE id = ?`, jobId, instance.id)
  const current = currentLaunch(db, instance)
  if (current && current.owner !== jobId) {
    db.run('UPDATE launch SET owner = ? WHERE id = ?', jobId, current.id)
    if (guardsOwners) {
      db.run('UPDATE lease SET taken_over = taken_over + 1 WHERE job_id = ?', current.owner)
      const detail = { from: current.owner }
      journal.write('takenOver', { job: jobId, launch: launchOfRow(current, instance), detail })
    }
  }
  const last = db.get<{ number: number }>(
    'SELECT max(number) AS number FROM launch WHERE task_instance_id = ? AND try_number = ?',
    instance.id,
    instance.try_number,
  )
  const launchNumber = current?.number ?? (last?.number ?? 0) + 1
  const key = keyOfRow(instance)
  journal.write('claimed', { job: jobId, key, detail: { launchNumber } })
  const { priority, infrastructure_retries: infrastructureRetries, payload } = instance
  return { key, priority, infrastructureRetries, launchNumber, payload: JSON.parse(payload ?? 'null') }
}

/**
 * What jobs that are gone have left. Without leases in the store they are the caller's from now on, so that no two adopt
 * the same: Airflow locks the rows. With them `takeOver` decides that.
 */
export function orphans({ db, guardsOwners }: StoreContext, leases: JobLeases, jobId: string): AdoptableTaskInstance[] {
  const queued = db.all<TaskInstanceRow>(`SELECT * FROM task_instance WHERE state = 'queued' ORDER BY id`)
  const left = queued.filter((row) => row.queued_by_job_id !== jobId && !leases.isAlive(row.queued_by_job_id))
  for (const { id } of guardsOwners ? [] : left) {
    db.run('UPDATE task_instance SET queued_by_job_id = ? WHERE id = ?', jobId, id)
  }
  return left.map((row) => ({ key: keyOfRow(row), queuedByJobId: row.queued_by_job_id, id: row.id }))
}

/**
 * Puts task instances without a pod back to scheduled, for the same try. A launch without a pod stays current: its create
 * may be on its way, and whoever claims the try repeats it. One with a pod is left alone, as it may have run.
 */
export function resetOrphans(
  { db, journal }: StoreContext,
  leases: JobLeases,
  jobId: string,
  keys: readonly TaskInstanceKey[],
): void {
  for (const key of keys) {
    const instance = findInstance(db, key)
    if (instance?.state !== 'queued' || instance.try_number !== key.tryNumber) continue
    const { queued_by_job_id: owner } = instance
    if (owner !== jobId && leases.isAlive(owner)) continue
    const launch = currentLaunch(db, instance)
    if (launch && launch.uid !== null) {
      journal.write('kept', { job: jobId, launch: launchOfRow(launch, instance) })
      continue
    }
    db.run(`UPDATE task_instance SET state = 'scheduled', queued_by_job_id = NULL WHERE id = ?`, instance.id)
    journal.write('requeued', { job: jobId, key, detail: { from: owner } })
  }
}

/** The user has cancelled these: they have failed, and what their launches do counts for nothing. */
export function revoke({ db, journal }: StoreContext, keys: readonly TaskInstanceKey[]): AdoptableTaskInstance[] {
  return keys.flatMap((key) => {
    const instance = findInstance(db, key)
    if (!instance || instance.try_number !== key.tryNumber || ['success', 'failed'].includes(instance.state)) return []
    const launch = currentLaunch(db, instance)
    if (launch) {
      db.run(`UPDATE launch SET state = 'revoked' WHERE id = ?`, launch.id)
      journal.write('revoked', { launch: launchOfRow(launch, instance) })
    }
    db.run(`UPDATE task_instance SET state = 'failed' WHERE id = ?`, instance.id)
    journal.write('tryEnded', { key, detail: { state: 'failed', class: null } })
    return [{ key, queuedByJobId: instance.queued_by_job_id, id: instance.id }]
  })
}
