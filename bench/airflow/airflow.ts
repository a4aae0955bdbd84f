import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pythonEnvironment } from '../../test/python/python-environment.ts'
import type { BenchContext } from '../benchmark.ts'
import type { ClientCommand } from '../measuring/client-process.ts'
import { type AirflowExecution, airflowEnvironment, executorEnvironment } from './airflow-environment.ts'
import { airflowPackages } from './airflow-packages.ts'
import { startPostgres } from './postgres.ts'

/** What the driver is asked to do; README.md says what each phase is. */
export type AirflowWork = { readonly count: number } & (
  | { readonly phase: 'launch' | 'lifecycle'; readonly warmUp?: number }
  | { readonly phase: 'changes' | 'adopt' }
  | { readonly phase: 'quiet'; readonly quietMs: number }
)

/** An Airflow without its scheduler: a database and what is needed to run its executor. */
export interface Airflow extends AsyncDisposable {
  /** How a process is started that drives its executor, once. */
  driver(execution: AirflowExecution, work: AirflowWork): ClientCommand
}

/** Airflow's tables as SQL, once they were made: making them takes longer than most runs. */
let tables: string | undefined

/**
 * Starts PostgreSQL and makes Airflow's tables there. The first time it installs Airflow.
 *
 * @throws PythonMissingError; PostgresMissingError; Error with what Airflow said
 */
export async function startAirflow({ folder, signal }: Pick<BenchContext, 'folder' | 'signal'>): Promise<Airflow> {
  const onProgress = (line: string) => console.error(line)
  const python = await pythonEnvironment(airflowPackages, { signal, onProgress })
  const postgres = await startPostgres(signal)
  try {
    const home = join(folder, 'airflow')
    await mkdir(home, { recursive: true })
    const env = airflowEnvironment(home, postgres)
    if (tables === undefined) {
      await promisify(execFile)(join(dirname(python), 'airflow'), ['db', 'migrate'], {
        env: { ...process.env, ...env },
        signal,
      })
      tables = await postgres.dump()
    } else await postgres.load(tables)
    return {
      driver: (execution, work) => ({
        command: [python, fileURLToPath(new URL('driver.py', import.meta.url))],
        env: { ...env, ...executorEnvironment(execution) },
        parameters: { ...work, logFile: join(home, 'scheduler.log') },
      }),
      [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
    }
  } catch (error) {
    await postgres[Symbol.asyncDispose]()
    throw error
  }
}
