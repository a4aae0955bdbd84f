import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { endOfLog } from '../../test/kubernetes/component-process.ts'
import { identifyProcess, isAlive, type ProcessIdentity } from '../../test/kubernetes/process-identity.ts'
import { StopWaiting, waitUntil } from '../../test/kubernetes/wait-until.ts'
import { findPostgres } from './find-postgres.ts'

const run = promisify(execFile)

/** A PostgreSQL cluster of one's own, with one empty database. */
export interface Postgres extends AsyncDisposable {
  /** The folder of its socket: it listens nowhere else, and only its user can enter. */
  readonly socketFolder: string
  readonly user: string
  readonly database: string
  /** What the database holds, as SQL. */
  dump(): Promise<string>
  /** Fills the empty database with what another one held. */
  load(sql: string): Promise<void>
}

const USER = 'airflow'
const PREFIX = 'davit-postgres-'

/**
 * Starts PostgreSQL with fresh data and the settings that it comes with. If this process dies, in whatever way, it dies too.
 *
 * @throws PostgresMissingError; Error that ends with its log
 */
export async function startPostgres(signal?: AbortSignal): Promise<Postgres> {
  const programs = await findPostgres()
  await removeAbandoned()
  const folder = await mkdtemp(join(tmpdir(), PREFIX))
  const asClient = ['--host', folder, '--username', USER]
  let server: ChildProcess | undefined
  const stop = async () => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      // At once: what a gentle end would save is thrown away.
      server.kill('SIGQUIT')
      await once(server, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await writeFile(join(folder, 'owner.json'), JSON.stringify(identifyProcess(process.pid)))
    const asUser = await unprivileged(folder)
    const data = join(folder, 'data')
    const log = join(folder, 'log')
    const initdb = [join(programs, 'initdb'), '--pgdata', data, '--username', USER, '--auth', 'trust']
    const inInitdb = ['--encoding', 'UTF8', '--locale', 'C', '--no-instructions']
    await run('setpriv', [...asUser, ...initdb, ...inInitdb], { cwd: folder, signal })

    server = await spawnServer([...asUser, '--pdeathsig', 'QUIT', join(programs, 'postgres'), '-D', data], folder, log)
    await waitUntil(
      async () => {
        if (server?.exitCode !== null) throw new StopWaiting(new Error(`PostgreSQL ended by itself; ${endOfLog(log)}`))
        await run(join(programs, 'createdb'), [...asClient, USER], { signal })
        return true
      },
      { what: 'PostgreSQL', withinMs: 60_000, signal },
    )
    return {
      socketFolder: folder,
      user: USER,
      database: USER,
      dump: async () => {
        const { stdout } = await run(join(programs, 'pg_dump'), [...asClient, USER], { signal, maxBuffer: 2 ** 26 })
        return stdout
      },
      load: async (sql) => {
        const file = join(folder, 'dump.sql')
        await writeFile(file, sql)
        const script = ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--single-transaction', '--file', file]
        await run(join(programs, 'psql'), [...asClient, ...script, USER], { signal })
      },
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * What setpriv is told so that somebody runs a program whom PostgreSQL accepts: it refuses root, for whom Debian's user
 * `postgres` steps in and gets the folder.
 */
async function unprivileged(folder: string): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return []
  const idOf = async (option: string) => Number((await run('id', [option, 'postgres'])).stdout)
  const [uid, gid] = [await idOf('--user'), await idOf('--group')]
  await chown(folder, uid, gid)
  return ['--reuid', String(uid), '--regid', String(gid), '--init-groups']
}

async function spawnServer(command: readonly string[], socketFolder: string, logFile: string): Promise<ChildProcess> {
  const log = await open(logFile, 'a')
  try {
    const listens = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${socketFolder}`]
    // A session of its own: Ctrl-C is for us, and we end it ourselves.
    const server = spawn('setpriv', [...command, ...listens], {
      cwd: socketFolder,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    await once(server, 'spawn')
    return server
  } finally {
    await log.close()
  }
}

/** Removes the data of those that were killed before they could do so themselves; their PostgreSQL died with them. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const folder = join(tmpdir(), name)
    const owner = await readFile(join(folder, 'owner.json'), 'utf8').catch(() => null)
    if (owner === null || isAlive(JSON.parse(owner) as ProcessIdentity)) continue
    await rm(folder, { recursive: true, force: true })
  }
}
