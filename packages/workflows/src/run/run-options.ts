import { type ClusterSettings, clusterSettings, type TypedClusterOptions } from '../cluster/cluster-settings.ts'
import type { Problem } from '../dag/problem.ts'
import { IN_MEMORY, parseDatabaseUrl } from '../store/database-url.ts'
import { StoreError } from '../store/store-error.ts'

/** The options of `davit run` as they were typed. */
export interface TypedRunOptions extends TypedClusterOptions {
  readonly param?: readonly string[]
  readonly logicalDate?: string
  readonly taskConcurrency?: string
  readonly database?: string
  readonly taskApiListen?: string
  readonly taskApiUrl?: string
  readonly json?: boolean
}

/** The options of `davit run`, checked; `params` are checked against the DAG. */
export interface RunOptions {
  readonly params: readonly string[]
  /** ISO 8601 with offset, as Airflow prints it. */
  readonly logicalDate: string
  readonly taskConcurrency: number
  /** An absolute path, or `:memory:`. */
  readonly database: string
  readonly cluster: ClusterSettings
  readonly taskApi: { readonly listen?: { readonly host: string; readonly port: number }; readonly url?: string }
}

const DEFAULT_TASK_CONCURRENCY = 32

/**
 * Checks what was typed; problems name the option as their path.
 * @param nowMs the logical date when none is given
 * @param cwd what files are relative to
 * @param env for Airflow's variables, where no option says otherwise
 */
export function checkRunOptions(
  typed: TypedRunOptions,
  {
    nowMs,
    cwd,
    env,
  }: { readonly nowMs: number; readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): { options: RunOptions; problems: Problem[] } {
  const problems: Problem[] = []
  const problem = (path: string, message: string, hint?: string) =>
    problems.push({ file: null, path, message, ...(hint !== undefined && { hint }) })

  const logicalDate = typed.logicalDate === undefined ? nowMs : parseDate(typed.logicalDate)
  if (Number.isNaN(logicalDate)) {
    problem(
      '--logical-date',
      `not a date: "${typed.logicalDate}"`,
      'write it as 2026-01-31 or 2026-01-31T06:00:00+01:00',
    )
  }

  const { settings: cluster, problems: clusterProblems } = clusterSettings(typed, { env, cwd })
  problems.push(...clusterProblems, ...ownSettings(cluster))

  const concurrency = typed.taskConcurrency ?? String(cluster.config.parallelism ?? DEFAULT_TASK_CONCURRENCY)
  const taskConcurrency = /^\d+$/.test(concurrency) ? Number(concurrency) : 0
  if (taskConcurrency < 1 || !Number.isSafeInteger(taskConcurrency)) {
    problem('--task-concurrency', `not a whole number of at least 1: "${concurrency}"`, 'leave it out for 32')
  }

  let database: string = IN_MEMORY
  try {
    if (typed.database !== undefined) database = parseDatabaseUrl(typed.database, cwd)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    problem('--database', error.message)
  }
  if (cluster.config.outcomeFinalizer && database === IN_MEMORY) {
    const path = 'AIRFLOW__KUBERNETES_EXECUTOR__OUTCOME_FINALIZER'
    problem(path, 'needs a store that outlives the run', 'name one: --database FILE')
  }

  const listen = typed.taskApiListen === undefined ? undefined : parseListen(typed.taskApiListen)
  if (listen === null) {
    problem('--task-api-listen', `not an address: "${typed.taskApiListen}"`, 'write HOST:PORT, such as 0.0.0.0:8801')
  }
  if (typed.taskApiUrl !== undefined && !/^https?:$/.test(URL.parse(typed.taskApiUrl)?.protocol ?? '')) {
    problem(
      '--task-api-url',
      `not an http or https address: "${typed.taskApiUrl}"`,
      'write the address that pods reach, such as https://10.0.0.5:8801',
    )
  }

  return {
    problems,
    options: {
      params: typed.param ?? [],
      logicalDate: Number.isNaN(logicalDate) ? '' : isoWithOffset(logicalDate),
      taskConcurrency,
      database,
      cluster,
      taskApi: {
        ...(listen ? { listen } : {}),
        ...(typed.taskApiUrl === undefined ? {} : { url: typed.taskApiUrl }),
      },
    },
  }
}

/** What an executor may be told by variables, and a run decides by itself. */
function ownSettings({ config }: ClusterSettings): Problem[] {
  const wrong = (option: string, message: string) => ({
    file: null,
    path: `AIRFLOW__KUBERNETES_EXECUTOR__${option}`,
    message,
    hint: 'leave it out',
  })
  return [
    ...(config.deployment === undefined ? [] : [wrong('DEPLOYMENT', 'davit run is named by its database')]),
    ...(String(config.adoption ?? 'label') === 'label'
      ? []
      : [wrong('ADOPTION', 'davit run shares its database with no other executor')]),
  ]
}

/** `2026-01-31T06:00:00+00:00`: Airflow's form, in UTC; fractions only when there are some. */
export function isoWithOffset(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/(?:\.000)?Z$/, '+00:00')
    .replace(/(\.\d{3})\+/, '$1000+')
}

/** A day (midnight UTC), or a time; one without an offset is UTC, whatever this machine's zone is. */
function parseDate(text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text)
  if (!match) return Number.NaN
  const [, day = '', time = '00:00', offset = 'Z'] = match
  const ms = Date.parse(`${day}T${time}${offset}`)
  // Date.parse takes 2026-02-31 for the third of March.
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const sameDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day)
  return sameDay ? ms : Number.NaN
}

function parseListen(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  return host === undefined || port > 65_535 ? null : { host, port }
}
