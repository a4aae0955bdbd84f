import type { Launch, LaunchLeases, TaskInstanceKey } from '@davit/executor'
import { currentLaunch, findInstance, launchOfRow } from './rows.ts'
import type { StoreContext } from './store-context.ts'

interface LeaseRow {
  readonly job_id: string
  readonly ends_at: number
  readonly taken_over: number
}

/** Who lives, by the store's clock. */
export class JobLeases implements LaunchLeases {
  readonly #context: StoreContext

  constructor(context: StoreContext) {
    this.#context = context
  }

  async renew(jobId: string, seconds: number): Promise<number> {
    const { db, journal, now } = this.#context
    return db.transaction(() => {
      const known = this.#find(jobId)
      const endsAt = now() + seconds * 1000
      if (!known) journal.write('leased', { job: jobId, detail: { seconds } })
      else if (known.ends_at <= now()) {
        journal.write('leaseLost', { job: jobId, detail: { endedAt: known.ends_at, takenOver: known.taken_over } })
      }
      db.run(
        'INSERT INTO lease (job_id, ends_at) VALUES (?, ?) ON CONFLICT (job_id) DO UPDATE SET ends_at = excluded.ends_at',
        jobId,
        endsAt,
      )
      return known?.taken_over ?? 0
    })
  }

  async release(jobId: string): Promise<void> {
    const { db, journal, now } = this.#context
    db.transaction(() => {
      if (db.run('UPDATE lease SET ends_at = ? WHERE job_id = ? AND ends_at > ?', now(), jobId, now()) === 1) {
        journal.write('released', { job: jobId })
      }
    })
  }

  async alive(): Promise<readonly string[]> {
    const { db, now } = this.#context
    return db.all<LeaseRow>('SELECT * FROM lease WHERE ends_at > ? ORDER BY job_id', now()).map((row) => row.job_id)
  }

  async takeOver(jobId: string, keys: readonly TaskInstanceKey[]): Promise<readonly Launch[]> {
    const { db } = this.#context
    return db.transaction(() => keys.flatMap((key) => this.#takeOver(jobId, key) ?? []))
  }

  async closed(launchIds: readonly string[]): Promise<readonly string[]> {
    const { db } = this.#context
    const isClosed = (id: string) =>
      db.get(`SELECT id FROM launch WHERE id = ? AND state <> 'current'`, id) !== undefined
    return launchIds.filter(isClosed)
  }

  /** Whether a job lives; one that never had a lease does not. */
  isAlive(jobId: string | null): boolean {
    return jobId !== null && (this.#find(jobId)?.ends_at ?? 0) > this.#context.now()
  }

  #takeOver(jobId: string, key: TaskInstanceKey): Launch | null {
    const { db, journal } = this.#context
    const instance = findInstance(db, key)
    const launch = instance && currentLaunch(db, instance)
    if (!instance || !launch || launch.try_number !== key.tryNumber) return null
    if (launch.owner !== jobId) {
      if (this.isAlive(launch.owner)) return null
      db.run('UPDATE launch SET owner = ? WHERE id = ?', jobId, launch.id)
      db.run('UPDATE task_instance SET queued_by_job_id = ? WHERE id = ?', jobId, instance.id)
      if (launch.owner !== null) {
        db.run('UPDATE lease SET taken_over = taken_over + 1 WHERE job_id = ?', launch.owner)
      }
      journal.write('takenOver', {
        job: jobId,
        launch: launchOfRow(launch, instance),
        detail: { from: launch.owner },
      })
    }
    return launchOfRow({ ...launch, owner: jobId }, instance)
  }

  #find(jobId: string): LeaseRow | undefined {
    return this.#context.db.get<LeaseRow>('SELECT * FROM lease WHERE job_id = ?', jobId)
  }
}
