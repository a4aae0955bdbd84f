import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS task_instance (
  id INTEGER PRIMARY KEY,
  dag_id TEXT NOT NULL, task_id TEXT NOT NULL, run_id TEXT NOT NULL, map_index INTEGER NOT NULL,
  state TEXT NOT NULL,
  try_number INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  retries INTEGER NOT NULL, infrastructure_retries INTEGER NOT NULL, retry_delay_ms INTEGER NOT NULL,
  infrastructure_failures INTEGER NOT NULL DEFAULT 0,
  queued_by_job_id TEXT,
  next_try_at INTEGER,
  failure TEXT,
  payload TEXT,
  UNIQUE (dag_id, task_id, run_id, map_index)
);
CREATE INDEX IF NOT EXISTS task_instance_state ON task_instance (state, priority DESC, id);
CREATE TABLE IF NOT EXISTS launch (
  id TEXT PRIMARY KEY,
  task_instance_id INTEGER NOT NULL REFERENCES task_instance (id),
  try_number INTEGER NOT NULL, number INTEGER NOT NULL,
  pod_name TEXT NOT NULL, namespace TEXT NOT NULL,
  uid TEXT,
  owner TEXT,
  state TEXT NOT NULL,
  ended_by TEXT, end_state TEXT, failure TEXT
);
CREATE INDEX IF NOT EXISTS launch_task_instance ON launch (task_instance_id);
CREATE INDEX IF NOT EXISTS launch_state ON launch (state);
CREATE TABLE IF NOT EXISTS lease (job_id TEXT PRIMARY KEY, ends_at INTEGER NOT NULL, taken_over INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS resource_version (namespace TEXT PRIMARY KEY, version TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS journal (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL, job TEXT, what TEXT NOT NULL, key TEXT, launch TEXT, uid TEXT, detail TEXT
);`

/** How long a process waits for another one's transaction. */
const BUSY_MS = 10_000

/** One connection to the file, with its statements prepared once. `:memory:` is of this connection alone. */
export class StoreDatabase {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #isInTransaction = false

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: BUSY_MS })
    // Processes are killed here, machines do not lose power: what was committed need not be on the disk.
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    this.transaction(() => this.#db.exec(SCHEMA))
  }

  /** Carried out as a whole, or, when it throws, not at all; one at a time among all processes. */
  transaction<T>(work: () => T): T {
    if (this.#isInTransaction) return work()
    this.#db.exec('BEGIN IMMEDIATE')
    this.#isInTransaction = true
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    } finally {
      this.#isInTransaction = false
    }
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[]
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined
  }

  /** How many rows were changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes)
  }

  close(): void {
    this.#statements.clear()
    if (this.#db.isOpen) this.#db.close()
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#db.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
