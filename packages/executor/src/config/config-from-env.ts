import { ConfigError } from '../errors.ts'
import { nearestNameHint } from '../nearest-name.ts'
import type { Problem } from '../problem.ts'
import type { ExecutorConfig, ExecutorOptions } from './executor-config.ts'
import { optionRules } from './option-rules.ts'
import { optionProblems } from './resolve-config.ts'

const PREFIX = 'AIRFLOW__'

/** Airflow's section, and the name that it had up to 2.4. A value under the newer name wins. */
const SECTION = 'KUBERNETES_EXECUTOR__'
const OLD_SECTION = 'KUBERNETES__'

/** Options of other sections of Airflow's. */
const ELSEWHERE: Partial<Record<keyof ExecutorConfig, string | readonly string[]>> = {
  parallelism: 'CORE__PARALLELISM',
  kubernetesQueue: ['LOCAL_KUBERNETES_EXECUTOR__KUBERNETES_QUEUE', 'CELERY_KUBERNETES_EXECUTOR__KUBERNETES_QUEUE'],
  orphanedTasksCheckInterval: 'SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL',
  schedulerHealthCheckThreshold: 'SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD',
  taskQueuedTimeout: 'SCHEDULER__TASK_QUEUED_TIMEOUT',
  taskQueuedTimeoutCheckInterval: 'SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL',
  numStuckInQueuedRetries: 'SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES',
  schedulerIdleSleepTime: 'SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME',
  maxTisPerQuery: 'SCHEDULER__MAX_TIS_PER_QUERY',
}

const optionNames = Object.keys(optionRules) as (keyof ExecutorConfig)[]

export interface ConfigFromEnvOptions {
  /** Whose options are wanted: only `AIRFLOW__<TEAM>___<SECTION>__…` is read then, as by Airflow, and defaults fill in the rest. */
  readonly team?: string
}

/**
 * The options that an environment sets, under Airflow's names: `AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE`. Ours are in the
 * same section. Booleans, lists and JSON are read as Airflow reads them; an empty value of a number or choice counts as not set.
 *
 * @throws {ConfigError} `CONFIG_INVALID`: unknown names of the section and values that do not fit, all at once.
 */
export function configFromEnv(
  env: Readonly<Record<string, string | undefined>>,
  { team }: ConfigFromEnvOptions = {},
): ExecutorOptions {
  const prefix = team === undefined ? PREFIX : `${PREFIX}${team.toUpperCase()}___`
  const namesOf = (option: keyof ExecutorConfig) => environmentNames(option, prefix)
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
  const known = optionNames.flatMap(namesOf)
  const problems = [
    ...unknownVariables(env, known, [prefix + SECTION, prefix + OLD_SECTION]),
    ...optionProblems(options, (option) => variables.get(option) ?? option),
  ]
  if (problems.length > 0) throw new ConfigError(problems)
  return options as ExecutorOptions
}

/** The environment variables of an option, the first that is set wins. */
export function environmentNames(option: keyof ExecutorConfig, prefix = PREFIX): readonly string[] {
  const elsewhere = ELSEWHERE[option]
  if (elsewhere !== undefined) return [elsewhere].flat().map((name) => prefix + name)
  const name = option.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  return [prefix + SECTION + name, prefix + OLD_SECTION + name]
}

function unknownVariables(
  env: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
  sections: readonly string[],
): readonly Problem[] {
  return Object.keys(env)
    .filter((name) => env[name] !== undefined && sections.some((section) => name.startsWith(section)))
    .filter((name) => !known.includes(name))
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
