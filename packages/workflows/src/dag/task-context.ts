import type { TaskHandle } from './task-handle.ts'

/** What is written here appears in the task's log, a line each, with time and level. Fields are shown as JSON. */
export interface TaskLog {
  debug(message: unknown, fields?: object): void
  info(message: unknown, fields?: object): void
  warn(message: unknown, fields?: object): void
  error(message: unknown, fields?: object): void
}

/** Results of the run's other tasks. */
export interface TaskXcom {
  /** The result of a task: of a mapped one an array in map order; null when it returned none. */
  pull<Result>(task: TaskHandle<Result>): Promise<Result>
  pull<Result = unknown>(taskId: string): Promise<Result>
}

/** What a task function is given. */
export interface TaskContext<Params = Readonly<Record<string, unknown>>, Item = unknown> {
  readonly dagId: string
  readonly taskId: string
  readonly runId: string
  /** From 1. */
  readonly tryNumber: number
  /** -1: not mapped. */
  readonly mapIndex: number
  /** The item of a mapped instance; null when not mapped. */
  readonly mapItem: Item
  /** ISO 8601. */
  readonly logicalDate: string
  readonly params: Params
  readonly log: TaskLog
  /** Absolute paths of the DAG's `files`, in the order of the patterns, each pattern's matches sorted. */
  readonly files: readonly string[]
  readonly xcom: TaskXcom
  /** Aborted when the task must end: its execution timeout, a cancelled run, SIGTERM. */
  readonly signal: AbortSignal
}
