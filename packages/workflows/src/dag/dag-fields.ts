import { TRIGGER_RULES } from './dag-spec.ts'
import { anything, type FieldCheck, flag, listOf, number, oneOf, recordOf, text } from './field-checks.ts'
import { checkKey } from './task-key.ts'

const exitCode = number({ least: 1, whole: true })
const exitCodes: FieldCheck<readonly number[]> = (value, path, found) => {
  if (Array.isArray(value)) return listOf(exitCode)(value, path, found)
  const one = exitCode(value, path, found)
  return one === undefined ? undefined : [one]
}

const command = listOf(text, (value) =>
  typeof value === 'string' ? `write ["sh", "-c", ${JSON.stringify(value)}]` : `write ${JSON.stringify([value])}`,
)

/** A list of items, or the id of a task that returns one. */
const mapSource: FieldCheck<string | readonly unknown[]> = (value, path, found) => {
  if (typeof value === 'string' || Array.isArray(value)) return value
  found.problem(path, 'must be a list, or the task that returns one', 'write a list, a task handle or a task id')
  return undefined
}

const key: FieldCheck<string> = (value, path, found) => {
  const id = text(value, path, found)
  if (id !== undefined) checkKey(id, path, found)
  return id
}

// https://pubs.opengroup.org: a name that a shell can use; Kubernetes accepts more, shells do not.
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const env = recordOf(text, (name, path, found) => {
  if (!ENV_NAME.test(name)) {
    found.problem(path, `${JSON.stringify(name)} is no name for an environment variable`, 'use letters, digits and _')
  } else if (name.startsWith('DAVIT_')) {
    found.problem(path, `${name} is a name of Davit's own`, 'use a name that does not begin with DAVIT_')
  }
})

/** What a task may inherit from `defaultArgs`. */
const inheritable = {
  retries: number({ least: 0, whole: true }),
  retryDelaySeconds: number({ least: 0 }),
  retryExponentialBackoff: flag,
  maxRetryDelaySeconds: number({ above: 0 }),
  infrastructureRetries: number({ least: 0, whole: true }),
  executionTimeoutSeconds: number({ above: 0 }),
  triggerRule: oneOf(TRIGGER_RULES, 'trigger rules'),
  pool: text,
  poolSlots: number({ least: 1, whole: true }),
  priorityWeight: number({ whole: true }),
  queue: text,
  executorConfig: anything,
}

const inheritableByContainers = { skipOnExitCode: exitCodes, image: text, env }

/** Fields of a function task, as written in `dag.task`. */
export const FUNCTION_FIELDS = { upstream: listOf(text), map: mapSource, ...inheritable }

/** Fields of a container task. */
export const CONTAINER_FIELDS = { ...FUNCTION_FIELDS, ...inheritableByContainers, command, args: command }

/** Fields of `defaultArgs`; what only containers have is not for functions. */
export const DEFAULT_FIELDS = { ...inheritable, ...inheritableByContainers }

/** Fields of `executorConfig`. */
export const EXECUTOR_CONFIG_FIELDS = { podOverride: anything, podPatch: anything, podTemplateFile: text }

/** Fields of a DAG. */
export const DAG_FIELDS = {
  dagId: key,
  description: text,
  tags: listOf(text),
  schedule: text,
  startDate: text,
  catchup: flag,
  params: recordOf(anything),
  files: listOf(text),
  pools: recordOf(number({ least: 1, whole: true })),
  maxActiveTasks: number({ least: 1, whole: true }),
  defaultArgs: anything,
}
