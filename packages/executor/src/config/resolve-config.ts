import { ConfigError } from '../errors.ts'
import { nearestNameHint } from '../nearest-name.ts'
import type { Problem } from '../problem.ts'
import { airflowsRequestTimeout, crossProblems } from './cross-problems.ts'
import type { ExecutorConfig, ExecutorOptions } from './executor-config.ts'
import { optionRules } from './option-rules.ts'

/** Airflow's options that have no meaning here, and what to do instead. */
const REPLACED: Readonly<Record<string, string>> = {
  clientFactory: 'pass `kube` to the executor instead',
  asyncClientFactory: 'pass `kube` to the executor instead',
  podPatch: 'give it with a task: `executorConfig.podPatch`',
}

const optionNames = Object.keys(optionRules) as (keyof ExecutorConfig)[]

/**
 * Checks the options and fills in the defaults; the result is frozen and has every option.
 *
 * @throws {ConfigError} `CONFIG_INVALID`, with all problems at once.
 */
export function resolveConfig(options: ExecutorOptions = {}): ExecutorConfig {
  const problems = optionProblems(options)
  if (problems.length > 0) throw new ConfigError(problems)
  const defaults = Object.fromEntries(optionNames.map((name) => [name, optionRules[name].default]))
  const given: ExecutorOptions = structuredClone(
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  )
  const merged = { ...defaults, ...given } as unknown as ExecutorConfig
  return Object.freeze({
    ...merged,
    podCreationMaxConcurrency: creationConcurrency(merged),
    inCluster: given.inCluster ?? (merged.clusterContext === '' && merged.configFile === ''),
    requestTimeoutSeconds:
      given.requestTimeoutSeconds ??
      airflowsRequestTimeout(merged.kubeClientRequestArgs) ??
      merged.requestTimeoutSeconds,
    infrastructureRetries:
      given.infrastructureRetries ?? merged.podLaunchFailureRetries ?? merged.infrastructureRetries,
  } as ExecutorConfig)
}

/** All that is wrong with options, each under the name that `pathOf` gives its option. */
export function optionProblems(
  options: object,
  pathOf: (option: string) => string = (option) => option,
): readonly Problem[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return [{ file: null, path: null, message: 'the configuration must be an object of options' }]
  }
  const problems: Problem[] = []
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const sound: Record<string, unknown> = {}
  for (const [name, value] of given) {
    const path = pathOf(name)
    if (!isOption(name)) {
      problems.push({ file: null, path, ...notAnOption(name) })
      continue
    }
    const message = optionRules[name].check(value)
    if (message !== null) problems.push({ file: null, path, message })
    else sound[name] = value
  }
  const wrong = new Set(given.map(([name]) => name).filter((name) => !Object.hasOwn(sound, name)))
  return [...problems, ...crossProblems(sound as ExecutorOptions, wrong, pathOf)]
}

function isOption(name: string): name is keyof ExecutorConfig {
  return Object.hasOwn(optionRules, name)
}

/** Airflow: without `async_pod_creation` creates are sequential; a concurrency of 0 stands for the batch size. */
function creationConcurrency(config: ExecutorConfig): number {
  if (!config.asyncPodCreation) return 1
  if (config.podCreationMaxConcurrency > 0) return config.podCreationMaxConcurrency
  return config.workerPodsCreationBatchSize ?? optionRules.podCreationMaxConcurrency.default
}

function notAnOption(name: string): Pick<Problem, 'message' | 'hint'> {
  const instead = Object.hasOwn(REPLACED, name) ? REPLACED[name] : undefined
  if (instead !== undefined) return { message: 'is not supported', hint: instead }
  return { message: 'unknown option', ...nearestNameHint(name, optionNames) }
}
