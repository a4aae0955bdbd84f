import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { migrate } from './migrate.ts'
import type { OperationContext } from './operations/operation-context.ts'
import { type OperationName, operations } from './operations/operations.ts'
import { SpecCache } from './operations/spec-cache.ts'
import { SqliteDialect } from './sqlite-dialect.ts'
import { toStoreError } from './sqlite-error.ts'
import type { StoreError } from './store-error.ts'
import type { Tables } from './tables.ts'

/** One thing asked of the store. */
export interface OperationRequest {
  readonly operation: OperationName
  readonly args: readonly unknown[]
  /** When it was asked for. */
  readonly nowMs: number
}

export type OperationAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: StoreError }

export interface SqliteDatabaseOptions {
  /** A path, or `:memory:`. */
  readonly database: string
  readonly nowMs: number
  /** For a database that has none yet: its deployment's name, and 32 secret bytes in hexadecimal. */
  readonly deployment: string
  readonly secret: string
}

/**
 * The database of one process: the file is locked for others while it is open. Requests that wait together are
 * committed together, each in a savepoint of its own, so that one flush to the disk serves them all.
 */
export class SqliteDatabase {
  readonly deployment: string
  readonly #name: string
  readonly #secret: string
  readonly #database: DatabaseSync
  readonly #db: Kysely<Tables>
  readonly #specs = new SpecCache()

  private constructor(name: string, database: DatabaseSync, db: Kysely<Tables>, meta: ReadonlyMap<string, string>) {
    this.#name = name
    this.#database = database
    this.#db = db
    this.deployment = meta.get('deployment') ?? ''
    this.#secret = meta.get('secret') ?? ''
  }

  /** @throws StoreError naming the file; nothing is left open. */
  static async open(options: SqliteDatabaseOptions): Promise<SqliteDatabase> {
    const name = options.database
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(name)
      claimFile(database)
      const db = new Kysely<Tables>({ dialect: new SqliteDialect(database) })
      database.exec('begin immediate')
      await migrate(db as unknown as Kysely<unknown>, name, new Date(options.nowMs).toISOString())
      const meta = await ensureMeta(db, options)
      database.exec('commit')
      makeDurable(database, name)
      return new SqliteDatabase(name, database, db, meta)
    } catch (error) {
      database?.close()
      throw toStoreError(error, name)
    }
  }

  /** Runs requests in one transaction. A request that fails is undone alone; when the commit fails, all have failed. */
  async run(
    requests: readonly OperationRequest[],
  ): Promise<{ readonly answers: readonly OperationAnswer[]; readonly changed: boolean }> {
    const answers: OperationAnswer[] = []
    let changed = false
    try {
      this.#database.exec('begin immediate')
      for (const request of requests) {
        const { answer, hasChanged } = await this.#runOne(request)
        answers.push(answer)
        changed ||= hasChanged && answer.ok
      }
      this.#database.exec('commit')
      return { answers, changed }
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback')
      const failed = { ok: false, error: toStoreError(error, this.#name) } as const
      return { answers: requests.map(() => failed), changed: false }
    }
  }

  close(): void {
    this.#database.close()
  }

  async #runOne({ operation, args, nowMs }: OperationRequest) {
    let version: number | undefined
    const db = this.#db
    const context: OperationContext = {
      db,
      nowMs,
      now: new Date(nowMs).toISOString(),
      secret: this.#secret,
      specs: this.#specs,
      changeVersion: async () => {
        version ??= await nextVersion(db)
        return version
      },
    }
    this.#database.exec('savepoint request')
    try {
      const run = operations[operation] as (context: OperationContext, ...args: readonly unknown[]) => Promise<unknown>
      const value = await run(context, ...args)
      this.#database.exec('release request')
      return { answer: { ok: true, value } as const, hasChanged: version !== undefined }
    } catch (error) {
      // A full disk ends the whole transaction, not only this request's part of it.
      if (!this.#database.isTransaction) throw error
      this.#database.exec('rollback to request; release request')
      return { answer: { ok: false, error: toStoreError(error, this.#name) } as const, hasChanged: false }
    }
  }
}

function claimFile(database: DatabaseSync): void {
  // Long enough for a davit that is just ending to let go of the file.
  database.exec('pragma busy_timeout = 2000')
  database.exec('pragma foreign_keys = on')
  // Whatever is found running in this file at the start was left behind by a process that is gone.
  database.exec('pragma locking_mode = exclusive')
}

/** After the file was found to be ours: the journal's mode is written into it. */
function makeDurable(database: DatabaseSync, name: string): void {
  if (name === ':memory:') return
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = full')
}

async function ensureMeta(db: Kysely<Tables>, options: SqliteDatabaseOptions): Promise<ReadonlyMap<string, string>> {
  for (const name of ['deployment', 'secret'] as const) {
    await db
      .insertInto('meta')
      .values({ name, value: options[name] })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
  }
  const rows = await db.selectFrom('meta').selectAll().execute()
  return new Map(rows.map(({ name, value }) => [name, value]))
}

async function nextVersion(db: Kysely<Tables>): Promise<number> {
  const { value } = await db
    .updateTable('change_counter')
    .set(({ eb }) => ({ value: eb('value', '+', 1) }))
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}
