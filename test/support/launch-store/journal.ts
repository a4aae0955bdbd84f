import type { Launch, TaskInstanceKey } from '@davit/executor'
import type { StoreDatabase } from './store-database.ts'

/**
 * What was decided.
 *
 * - `queued` a task instance came into the store; `claimed` it was given to a job, for one launch of one try
 * - `requeued` its job is gone, and it waits to be claimed again for the same try; `kept` it was to be, and has a pod
 * - `recorded` a launch, before its create; `refused` a launch that is not to be; `bound` to its pod; `notBound`
 * - `superseded` a launch gave way to the next; `revoked` a launch was given up
 * - `ended` the outcome of a launch was accepted; `notAccepted` it was not
 * - `charged` a budget: `retries` by the end of a try, `infrastructureRetries` by a launch
 * - `tryEnded` the one outcome of a try
 * - `takenOver` a launch by another job
 * - `leased` a job that had no lease has one; `leaseLost` it was found ended when renewed; `released`
 */
export type JournalEvent =
  | 'queued'
  | 'claimed'
  | 'requeued'
  | 'kept'
  | 'recorded'
  | 'refused'
  | 'bound'
  | 'notBound'
  | 'superseded'
  | 'revoked'
  | 'ended'
  | 'notAccepted'
  | 'charged'
  | 'tryEnded'
  | 'takenOver'
  | 'leased'
  | 'leaseLost'
  | 'released'

/** One line, never changed. */
export interface JournalLine {
  readonly sequence: number
  /** Milliseconds since 1970 on the store's clock. */
  readonly time: number
  /** Who did it; null: the user. */
  readonly job: string | null
  readonly what: JournalEvent
  readonly key: TaskInstanceKey | null
  /** The launch's id. */
  readonly launch: string | null
  readonly uid: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

interface JournalRow extends Omit<JournalLine, 'key' | 'detail'> {
  readonly key: string | null
  readonly detail: string | null
}

/** What a line says beyond its event. */
interface Said {
  readonly job?: string | null | undefined
  readonly key?: TaskInstanceKey
  readonly launch?: Pick<Launch, 'id' | 'uid' | 'key'>
  readonly uid?: string | null
  readonly detail?: Readonly<Record<string, unknown>>
}

export class Journal {
  readonly #db: StoreDatabase
  readonly #now: () => number

  constructor(db: StoreDatabase, now: () => number) {
    this.#db = db
    this.#now = now
  }

  write(what: JournalEvent, { job, key, launch, uid, detail }: Said): void {
    this.#db.run(
      'INSERT INTO journal (time, job, what, key, launch, uid, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
      this.#now(),
      job ?? null,
      what,
      textOf(key ?? launch?.key),
      launch?.id ?? null,
      uid ?? launch?.uid ?? null,
      textOf(detail),
    )
  }

  /** All lines after one, in order. */
  read(after = 0): JournalLine[] {
    const rows = this.#db.all<JournalRow>('SELECT * FROM journal WHERE sequence > ? ORDER BY sequence', after)
    return rows.map((row) => ({ ...row, key: row.key && JSON.parse(row.key), detail: JSON.parse(row.detail ?? '{}') }))
  }
}

function textOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
