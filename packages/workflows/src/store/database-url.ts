import { resolve } from 'node:path'
import { StoreError } from './store-error.ts'

/** The store that ends with its process. */
export const IN_MEMORY = ':memory:'

/**
 * What `--database` names, as {@link openStore} takes it: an absolute path, or `:memory:`. Accepts `FILE` and `sqlite:FILE`.
 *
 * @throws StoreError `STORE_UNSUPPORTED` for `postgres://…` and other schemes, or when no file is named.
 */
export function parseDatabaseUrl(text: string, workingDirectory: string = process.cwd()): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') {
    throw new StoreError(
      'STORE_UNSUPPORTED',
      'PostgreSQL comes with a later version; name a SQLite file: --database FILE or --database sqlite:FILE',
    )
  }
  if (scheme !== undefined && scheme !== 'sqlite') {
    throw new StoreError(
      'STORE_UNSUPPORTED',
      `"${scheme}:" is no database that davit knows; name a SQLite file: --database FILE or --database sqlite:FILE`,
    )
  }
  const file = scheme === 'sqlite' ? text.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '') : text
  if (file.trim() === '') throw new StoreError('STORE_UNSUPPORTED', 'no database file is named after --database')
  return file === IN_MEMORY ? file : resolve(workingDirectory, file)
}
