import { ConfigError } from '../errors.ts'
import { nearestNameHint } from '../nearest-name.ts'
import type { Problem } from '../problem.ts'
import type { ExecutorConfig, ExecutorOptions } from './executor-config.ts'
import { optionRules } from './option-rules.ts'
import { optionProblems } from './resolve-config.ts'

/** Airflow's section, and the name that it had up to 2.4. A value under the newer name wins. */
const SECTION = 'AIRFLOW__KUBERNETES_EXECUTOR__'
const OLD_SECTION = 'AIRFLOW__KUBERNETES__'

/** Options of other sections of Airflow's. */
const ELSEWHERE: Partial<Record<keyof ExecutorConfig, string>> = {
  parallelism: 'AIRFLOW__CORE__PARALLELISM',
  kubernetesQueue: 'AIRFLOW__LOCAL_KUBERNETES_EXECUTOR__KUBERNETES_QUEUE',
  orphanedTasksCheckInterval: 'AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL',
  schedulerHealthCheckThreshold: 'AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD',
  taskQueuedTimeout: 'AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT',
  taskQueuedTimeoutCheckInterval: 'AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL',
  numStuckInQueuedRetries: 'AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES',
  schedulerIdleSleepTime: 'AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME',
  maxTisPerQuery: 'AIRFLOW__SCHEDULER__MAX_TIS_PER_QUERY',
}

const optionNames = Object.keys(optionRules) as (keyof ExecutorConfig)[]

/**
 * The options that an environment sets, under Airflow's names: `AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE`. Ours are in the
 * same section. Booleans, lists and JSON are read as Airflow reads them; an empty value of a number or choice counts as not set.
 *
 * @throws {ConfigError} `CONFIG_INVALID`: unknown names of the section and values that do not fit, all at once.
 */
export function configFromEnv(env: Readonly<Record<string, string | undefined>>): ExecutorOptions {
  const options: Record<string, unknown> = {}
  const variables = new Map<string, string>()
  for (const option of optionNames) {
    const variable = namesOf(option).find((name) => env[name] !== undefined)
    const written = variable === undefined ? undefined : env[variable]
    if (variable === undefined || written === undefined) continue
    const { default: fallback, fromText } = optionRules[option]
    if (written.trim() === '' && typeof fallback !== 'string' && typeof fallback !== 'object') continue
    options[option] = fromText(written)
    variables.set(option, variable)
  }
  const problems = [...unknownVariables(env), ...optionProblems(options, (option) => variables.get(option) ?? option)]
  if (problems.length > 0) throw new ConfigError(problems)
  return options as ExecutorOptions
}

/** The environment variables of an option, the first that is set wins. */
export function namesOf(option: keyof ExecutorConfig): readonly string[] {
  const elsewhere = ELSEWHERE[option]
  if (elsewhere !== undefined) return [elsewhere]
  const name = option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  return [SECTION + name, OLD_SECTION + name]
}

function unknownVariables(env: Readonly<Record<string, string | undefined>>): readonly Problem[] {
  const known = optionNames.flatMap(namesOf)
  return Object.keys(env)
    .filter(
      (name) =>
        env[name] !== undefined && (name.startsWith(SECTION) || name.startsWith(OLD_SECTION)) && !known.includes(name),
    )
    .map((name) => {
      const base = name.replace(/_(CMD|SECRET)$/, '')
      return base !== name && known.includes(base)
        ? {
            file: null,
            path: name,
            message: 'values from commands or secret backends are not supported',
            hint: `set ${base}`,
          }
        : { file: null, path: name, message: 'unknown option', ...nearestNameHint(name, known) }
    })
}
