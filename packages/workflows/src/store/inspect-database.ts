import { constants, existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { appliedMigrations } from './migrate.ts'
import { SqliteDialect } from './sqlite-dialect.ts'
import { toStoreError } from './sqlite-error.ts'
import { StoreError } from './store-error.ts'
import type { Tables } from './tables.ts'

/**
 * Looks at a database without changing it.
 * @param database a path, or `:memory:`
 * @returns null: it is not there yet, or empty, and can be made
 * @throws StoreError what `openStore` would say of it
 */
export async function inspectDatabase(database: string): Promise<{ readonly deployment: string } | null> {
  if (database === ':memory:') return null
  const isThere = existsSync(database)
  await access(isThere ? database : dirname(database), constants.W_OK).catch((cause: unknown) => {
    const what = isThere ? `the database ${database} cannot be written` : `cannot make the database ${database}`
    throw new StoreError('STORE_UNWRITABLE', `${what}: its folder must exist, and both must be writable`, { cause })
  })
  if (!isThere) return null
  let file: DatabaseSync | undefined
  try {
    file = new DatabaseSync(database, { readOnly: true })
    const db = new Kysely<Tables>({ dialect: new SqliteDialect(file) })
    const applied = await appliedMigrations(db as unknown as Kysely<unknown>, database)
    if (applied.size === 0) return null
    const [result] = Object.values(file.prepare('pragma quick_check(1)').get() ?? {})
    if (result !== 'ok') {
      throw new StoreError('STORE_CORRUPT', `the database ${database} is damaged (${result}); restore it from a backup`)
    }
    const meta = await db.selectFrom('meta').selectAll().where('name', '=', 'deployment').executeTakeFirst()
    return { deployment: meta?.value ?? '' }
  } catch (error) {
    throw toStoreError(error, database)
  } finally {
    file?.close()
  }
}
