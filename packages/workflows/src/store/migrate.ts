import { type Kysely, sql } from 'kysely'
import * as firstTables from './migrations/0001-first-tables.ts'
import { StoreError } from './store-error.ts'

/** Every change of the tables, in order. One that was published is never edited: the next one mends it. */
const MIGRATIONS: readonly { readonly name: string; up(db: Kysely<unknown>): Promise<void> }[] = [
  { name: '0001-first-tables', up: firstTables.up },
]

/**
 * Brings the tables up to date, inside the caller's transaction.
 *
 * @throws StoreError `STORE_NEWER` when the database holds migrations that this version does not know;
 *   `STORE_NOT_A_DATABASE` when it holds another program's tables.
 */
export async function migrate(db: Kysely<unknown>, file: string, now: string): Promise<void> {
  const applied = await appliedMigrations(db, file)
  await sql`create table if not exists davit_migration (name text primary key, applied_at text not null)`.execute(db)
  for (const { name, up } of MIGRATIONS) {
    if (applied.has(name)) continue
    await up(db)
    await sql`insert into davit_migration (name, applied_at) values (${name}, ${now})`.execute(db)
  }
}

/**
 * The migrations that a database has; none of an empty one. Writes nothing.
 *
 * @throws StoreError as {@link migrate}
 */
export async function appliedMigrations(db: Kysely<unknown>, file: string): Promise<ReadonlySet<string>> {
  const tables = await db.introspection.getTables()
  const isOurs = tables.some(({ name }) => name === 'davit_migration')
  if (!isOurs && tables.length > 0) {
    const named = tables.slice(0, 3).map(({ name }) => name)
    throw new StoreError(
      'STORE_NOT_A_DATABASE',
      `the database ${file} belongs to another program (its tables: ${named.join(', ')}); name another file`,
    )
  }
  if (!isOurs) return new Set()
  const { rows } = await sql<{ name: string }>`select name from davit_migration order by name`.execute(db)
  const applied = new Set(rows.map(({ name }) => name))
  const unknown = [...applied].filter((name) => !MIGRATIONS.some((migration) => migration.name === name))
  if (unknown.length > 0) {
    throw new StoreError(
      'STORE_NEWER',
      `the database ${file} was written by a newer davit (it has ${unknown.join(', ')}); use that version, or name another file`,
    )
  }
  return applied
}
