import { ExecutorConfigError } from '../errors.ts'
import type { Pod } from '../kube/types.ts'
import { isEmpty, isPlainObject } from './plain-object.ts'

/** Our keys as Airflow spells them, or would. */
const AIRFLOW_KEYS: Readonly<Record<string, string>> = {
  pod_override: 'podOverride',
  pod_template_file: 'podTemplateFile',
  pod_patch: 'podPatch',
}

/**
 * The pod override of a task's `executorConfig`; null when it has none. Other executors' keys are left alone.
 * Airflow: `PodGenerator.from_obj`.
 *
 * @throws {ExecutorConfigError} `EXECUTOR_CONFIG_INVALID`: no object; an override that is no pod; a patch that is no
 *   object; the legacy key `KubernetesExecutor`, alone or beside `podOverride`.
 */
export function fromObj(executorConfig: unknown): Pod | null {
  if (executorConfig === null || executorConfig === undefined) return null
  if (!isPlainObject(executorConfig)) throw invalid(null, 'executorConfig must be an object')
  for (const [written, meant] of Object.entries(AIRFLOW_KEYS)) {
    if (!isEmpty(executorConfig[written])) throw invalid(written, 'unknown key', `did you mean ${meant}?`)
  }
  const { podOverride, KubernetesExecutor: legacy } = executorConfig
  if (!isEmpty(podOverride) && !isEmpty(legacy)) {
    throw invalid('KubernetesExecutor', 'is given beside podOverride', 'keep podOverride alone')
  }
  if (!isEmpty(legacy)) throw invalid('KubernetesExecutor', 'is no longer taken', 'write podOverride: a pod')
  podPatchOf(executorConfig)
  if (isEmpty(podOverride)) return null
  if (!isPlainObject(podOverride)) throw invalid('podOverride', 'must be an object with the fields of a pod')
  return podOverride as Pod
}

/** The strategic merge patch of a task's `executorConfig`, which `fromObj` has taken; null when it has none. */
export function podPatchOf(executorConfig: unknown): object | null {
  const podPatch = isPlainObject(executorConfig) ? executorConfig.podPatch : null
  if (isEmpty(podPatch)) return null
  if (!isPlainObject(podPatch)) throw invalid('podPatch', 'must be an object: a strategic merge patch of a pod')
  return podPatch
}

function invalid(path: string | null, message: string, hint?: string): ExecutorConfigError {
  return new ExecutorConfigError([{ file: null, path, message, ...(hint === undefined ? {} : { hint }) }])
}
