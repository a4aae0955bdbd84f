import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** PostgreSQL, or what starts it, is missing; the message says what to install. */
export class PostgresMissingError extends Error {
  override readonly name = 'PostgresMissingError'
}

/**
 * The folder of the newest PostgreSQL's programs where Debian puts them.
 *
 * @throws PostgresMissingError
 */
export async function findPostgres(versionsFolder = '/usr/lib/postgresql'): Promise<string> {
  const versions = (await readdir(versionsFolder).catch(() => [])).map(Number).filter((version) => version > 0)
  for (const version of versions.sort((a, b) => b - a)) {
    const programs = join(versionsFolder, String(version), 'bin')
    // A client without its server has a folder too.
    if (await exists(join(programs, 'initdb'))) return programs
  }
  throw new PostgresMissingError(
    `there is no PostgreSQL server in ${versionsFolder}: install it (Debian's postgresql); Airflow keeps its tasks there`,
  )
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
