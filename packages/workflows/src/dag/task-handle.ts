/** Marks handles across copies of this module; its value is the definition that the task belongs to. */
export const taskHandleBrand = Symbol.for('davit.TaskHandle')

/**
 * A task of a DAG, as `dag.task` and `dag.container` return it: goes into `upstream`, `map` and `xcom.pull`.
 * @typeParam Result what `xcom.pull` gives for it.
 */
export interface TaskHandle<out Result = unknown> {
  readonly taskId: string
  readonly [taskHandleBrand]: object
  /** Exists for the type alone. */
  readonly result?: Result
}

/** Whether a value is a handle, of whichever copy of this module. */
export function isTaskHandle(value: unknown): value is TaskHandle {
  return typeof value === 'object' && value !== null && taskHandleBrand in value
}
