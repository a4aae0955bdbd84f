import type {
  AdoptableTaskInstance,
  BindAnswer,
  CommittedOutcome,
  Failure,
  Launch,
  LaunchLeases,
  LaunchOutcome,
  LaunchRequest,
  LaunchStore,
  RecordedLaunch,
  TaskInstanceKey,
} from '@davit/executor'
import { JobLeases } from './launch-store/job-leases.ts'
import { Journal, type JournalLine } from './launch-store/journal.ts'
import { bindPod, commitOutcome, recordLaunch, revokeLaunch } from './launch-store/launch-writes.ts'
import {
  failureOfRow,
  keyOfRow,
  type LaunchRow,
  launchOfRow,
  type StoredState,
  type TaskInstanceRow,
} from './launch-store/rows.ts'
import type { ClaimedTry, QueuedTaskInstance } from './launch-store/scheduling.ts'
import * as scheduling from './launch-store/scheduling.ts'
import type { StoreContext } from './launch-store/store-context.ts'
import { StoreDatabase } from './launch-store/store-database.ts'

export interface SqliteLaunchStoreOptions {
  /** The file, shared by processes. `:memory:` is of this object alone, which executors of one process may share. */
  readonly path: string
  /**
   * Ownership by lease: `leases` is there, and writes for a launch that another job owns are refused. False: for
   * `adoption: 'label'`; who lives is still known (`jobs`), and who commits first is the one that reports.
   *
   * @default true
   */
  readonly leases?: boolean
  /** The clock of leases, retries and the journal, in milliseconds since 1970. @default Date.now */
  readonly now?: () => number
}

/** A task instance as the store holds it. */
export interface StoredTaskInstance {
  /** `tryNumber`: the try that it is in; while `scheduled` or `up_for_retry`, the one that comes next. */
  readonly key: TaskInstanceKey
  readonly state: StoredState
  readonly queuedByJobId: string | null
  /** Of this try. */
  readonly infrastructureFailures: number
  readonly failure: Failure | null
}

/** A launch as the store holds it. */
export interface StoredLaunch extends Launch {
  readonly state: LaunchRow['state']
}

/**
 * A launch store in a SQLite file that processes share, with what a scheduler does, for suites with several executors:
 *
 *     const store = new SqliteLaunchStore({ path, now: () => clock.now() })
 *     await store.queue([{ key, retries: 2 }])                       // the user
 *     for (const each of await store.claim('7', free)) executor.queueWorkload({ ...each, args })   // the scheduler of job 7, at once
 *     const orphans = await store.orphans('7')                       // from time to time
 *     await store.resetOrphans('7', await executor.tryAdoptTaskInstances(orphans))
 *
 * Outcomes decide what comes next: `success`; a new launch of the same try, while its `infrastructureRetries` last;
 * `up_for_retry` while the user's `retries` last; `failed`. Every decision is a line of the {@link journal}, written in the
 * same transaction. Each call is one transaction, and may be repeated after a lost answer.
 */
export class SqliteLaunchStore implements LaunchStore {
  /** Absent without leases. */
  readonly leases?: LaunchLeases
  /** Who lives, whether or not ownership goes by it: in `label` mode whoever runs the executor renews. */
  readonly jobs: LaunchLeases
  readonly #leases: JobLeases
  readonly #context: StoreContext

  constructor({ path, leases = true, now = Date.now }: SqliteLaunchStoreOptions) {
    const db = new StoreDatabase(path)
    this.#context = { db, journal: new Journal(db, now), now, guardsOwners: leases }
    this.#leases = new JobLeases(this.#context)
    this.jobs = this.#leases
    if (leases) this.leases = this.#leases
  }

  // What the executor needs.

  readonly resourceVersions = {
    load: async (): Promise<ReadonlyMap<string, string>> => {
      const rows = this.#context.db.all<{ namespace: string; version: string }>('SELECT * FROM resource_version')
      return new Map(rows.map(({ namespace, version }) => [namespace, version]))
    },
    save: async (versions: ReadonlyMap<string, string>): Promise<void> => {
      const { db } = this.#context
      db.transaction(() => {
        for (const [namespace, version] of versions) {
          db.run('INSERT OR REPLACE INTO resource_version (namespace, version) VALUES (?, ?)', namespace, version)
        }
      })
    },
  }

  async recordLaunch(request: LaunchRequest): Promise<RecordedLaunch> {
    return this.#transaction((context) => recordLaunch(context, request))
  }

  async bindPod(launch: Launch, uid: string): Promise<BindAnswer> {
    return this.#transaction((context) => bindPod(context, launch, uid))
  }

  async revokeLaunch(launch: Launch): Promise<boolean> {
    return this.#transaction((context) => revokeLaunch(context, launch))
  }

  async commitOutcomes(batch: readonly LaunchOutcome[]): Promise<readonly CommittedOutcome[]> {
    return this.#transaction((context) => batch.map((outcome) => commitOutcome(context, outcome)))
  }

  async currentLaunches(): Promise<readonly Launch[]> {
    return this.#launches(`SELECT * FROM launch WHERE state = 'current' ORDER BY rowid`).map(
      ({ state: _, ...launch }) => launch,
    )
  }

  async queuedTaskInstances(): Promise<readonly { key: TaskInstanceKey; queuedByJobId: string | null }[]> {
    const queued = (await this.taskInstances()).filter(({ state }) => state === 'queued')
    return queued.map(({ key, queuedByJobId }) => ({ key, queuedByJobId }))
  }

  /** As {@link resetOrphans}, whoever has queued them. */
  async requeue(keys: readonly TaskInstanceKey[]): Promise<void> {
    const queued = new Map((await this.queuedTaskInstances()).map((each) => [JSON.stringify(each.key), each]))
    for (const key of keys) {
      const owner = queued.get(JSON.stringify(key))?.queuedByJobId
      if (owner) await this.resetOrphans(owner, [key])
    }
  }

  // What a scheduler does.

  /** Brings task instances into the store, to be claimed. */
  async queue(instances: readonly QueuedTaskInstance[]): Promise<void> {
    this.#transaction((context) => {
      for (const instance of instances) scheduling.queue(context, instance)
    })
  }

  /** Gives at most `limit` tries to the job, which owns them from now on. */
  async claim(jobId: string, limit: number): Promise<readonly ClaimedTry[]> {
    return this.#transaction((context) => scheduling.claim(context, jobId, limit))
  }

  /** The task instances of jobs that are gone, for the executor of this job to adopt. */
  async orphans(jobId: string): Promise<readonly AdoptableTaskInstance[]> {
    return this.#transaction((context) => scheduling.orphans(context, this.#leases, jobId))
  }

  /** Puts back what the executor of this job has not adopted. */
  async resetOrphans(jobId: string, orphans: readonly (TaskInstanceKey | AdoptableTaskInstance)[]): Promise<void> {
    const keys = orphans.map((orphan) => ('key' in orphan ? orphan.key : orphan))
    this.#transaction((context) => scheduling.resetOrphans(context, this.#leases, jobId, keys))
  }

  /** Cancels: to be passed on to `revokeTask` of the executor that has it, if one has. */
  async revoke(keys: readonly TaskInstanceKey[]): Promise<readonly AdoptableTaskInstance[]> {
    return this.#transaction((context) => scheduling.revoke(context, keys))
  }

  // What suites look at.

  async taskInstances(): Promise<readonly StoredTaskInstance[]> {
    const rows = this.#context.db.all<TaskInstanceRow>('SELECT * FROM task_instance ORDER BY id')
    return rows.map((row) => ({
      key: keyOfRow(row),
      state: row.state,
      queuedByJobId: row.queued_by_job_id,
      infrastructureFailures: row.infrastructure_failures,
      failure: failureOfRow(row),
    }))
  }

  async launches(): Promise<readonly StoredLaunch[]> {
    return this.#launches('SELECT * FROM launch ORDER BY rowid')
  }

  /** Everything that was decided, in order; with `after`, from that line on. */
  journal(after?: number): readonly JournalLine[] {
    return this.#context.journal.read(after)
  }

  close(): void {
    this.#context.db.close()
  }

  #launches(sql: string): StoredLaunch[] {
    const { db } = this.#context
    const instanceOf = ({ task_instance_id: id }: LaunchRow) =>
      db.get<TaskInstanceRow>('SELECT * FROM task_instance WHERE id = ?', id)
    return db.all<LaunchRow>(sql).flatMap((row) => {
      const instance = instanceOf(row)
      return instance ? [{ ...launchOfRow(row, instance), state: row.state }] : []
    })
  }

  #transaction<T>(work: (context: StoreContext) => T): T {
    return this.#context.db.transaction(() => work(this.#context))
  }
}
