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
