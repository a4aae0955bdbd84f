/**
 * Names one try of one task instance. Equal by value: use {@link TaskInstanceKeyMap} where a map is needed.
 * Airflow: `TaskInstanceKey`.
 */
export interface TaskInstanceKey {
  readonly dagId: string
  readonly taskId: string
  readonly runId: string
  /** From 1. */
  readonly tryNumber: number
  /** -1: not mapped. */
  readonly mapIndex: number
}

/** One text for each key, and never the same for two: parts are JSON, so that no id can imitate a separator. */
export function taskInstanceKeyText(key: TaskInstanceKey): string {
  return JSON.stringify([key.dagId, key.taskId, key.runId, key.tryNumber, key.mapIndex])
}

/** Whether they name the same try. */
export function isSameTaskInstanceKey(a: TaskInstanceKey, b: TaskInstanceKey): boolean {
  return (
    a.mapIndex === b.mapIndex &&
    a.taskId === b.taskId &&
    a.runId === b.runId &&
    a.tryNumber === b.tryNumber &&
    a.dagId === b.dagId
  )
}

/** The same number for equal keys, and hardly ever for others; of 32 bits. */
export function taskInstanceKeyHash({ dagId, taskId, runId, tryNumber, mapIndex }: TaskInstanceKey): number {
  let hash = Math.imul(tryNumber, 0x9e3779b1) ^ Math.imul(mapIndex, 0x85ebca6b)
  hash = hashOfText(runId, hash)
  hash = hashOfText(taskId, hash)
  hash = hashOfText(dagId, hash)
  // The low bits decide, and are to depend on all of them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

/** FNV-1a, character by character. */
function hashOfText(text: string, start: number): number {
  let hash = start
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return Math.imul(hash ^ text.length, 0x01000193)
}
