import { ArgumentError } from '../errors.ts'

/**
 * Refuses what is not the key of a task, before it can do harm far from whoever made it.
 *
 * @throws {ArgumentError} `ARGUMENT_INVALID`, with the field that is wrong
 */
export function checkTaskInstanceKey(key: unknown): void {
  if (typeof key !== 'object' || key === null) {
    throw new ArgumentError(`a workload must have the key of a task instance, not ${String(key)}`)
  }
  const fields = key as Readonly<Record<string, unknown>>
  for (const name of ['dagId', 'taskId', 'runId']) {
    const value = fields[name]
    if (typeof value !== 'string' || value === '') throw wrong(name, 'text', value)
  }
  for (const [name, least] of [['tryNumber', 0] as const, ['mapIndex', -1] as const]) {
    const value = fields[name]
    if (!Number.isSafeInteger(value) || Number(value) < least) {
      throw wrong(name, `a whole number of at least ${least}`, value)
    }
  }
}

function wrong(name: string, wanted: string, value: unknown): ArgumentError {
  return new ArgumentError(`key.${name} of a workload must be ${wanted}, not ${JSON.stringify(value) ?? 'undefined'}`)
}
