import type { ContainerOptions, DagOptions, MapOption, TaskOptions } from './dag-options.ts'
import type { JsonValue } from './dag-spec.ts'
import type { TaskContext } from './task-context.ts'
import { type TaskHandle, taskHandleBrand } from './task-handle.ts'

const brand = Symbol.for('davit.DagDefinition')

type Params = Readonly<Record<string, JsonValue>>
/** A function's result as `xcom.pull` gives it. */
// biome-ignore lint/suspicious/noConfusingVoidType: what functions without a result return is void.
type Pulled<Result> = Result extends undefined | void ? null : Result

/** Adds tasks to a DAG. */
export interface DagBuilder<P> {
  /** A task whose code is the function. It runs in a pod of its own, from the DAG file's bundle. */
  task<R>(taskId: string, run: (context: TaskContext<P, null>) => R): TaskHandle<Pulled<Awaited<R>>>
  task<R, Item>(
    taskId: string,
    options: TaskOptions & MapOption<Item>,
    run: (context: TaskContext<P, Item>) => R,
  ): TaskHandle<Pulled<Awaited<R>>[]>
  task<R>(
    taskId: string,
    options: TaskOptions & { readonly map?: null | undefined },
    run: (context: TaskContext<P, null>) => R,
  ): TaskHandle<Pulled<Awaited<R>>>
  /** A task that runs a command in an image. Its result is the JSON that it writes to the file `$DAVIT_RESULT`. */
  container<R = unknown>(taskId: string, options: ContainerOptions): TaskHandle<R>
}

/** A task as it was given, wrong or right: the file's checks report everything at once. */
export interface RecordedTask {
  readonly kind: 'function' | 'container'
  readonly taskId: unknown
  readonly options: unknown
  /** Function tasks only. */
  readonly run: unknown
}

/** What `defineDag` returns and a DAG file exports as its default: a recording of the calls. */
export interface DagDefinition {
  readonly [brand]: true
  readonly options: unknown
  readonly tasks: readonly RecordedTask[]
  /** Settled when an asynchronous builder function is. */
  readonly ready: Promise<void>
}

/**
 * Defines a DAG; a DAG file exports the result as its default. Nothing is checked here: loading the file reports every
 * problem at once.
 */
export function defineDag<P extends Params = Record<never, never>>(
  options: DagOptions<P>,
  build: (dag: DagBuilder<Widened<P>>) => void | Promise<void>,
): DagDefinition {
  const tasks: RecordedTask[] = []
  const record = (task: RecordedTask): TaskHandle<never> => {
    tasks.push(task)
    return { taskId: String(task.taskId), [taskHandleBrand]: tasks }
  }
  const builder = {
    task: (taskId: unknown, ...rest: unknown[]) =>
      record({ kind: 'function', taskId, options: rest.length > 1 ? rest[0] : {}, run: rest.at(-1) }),
    container: (taskId: unknown, options: unknown) => record({ kind: 'container', taskId, options, run: undefined }),
  } satisfies Record<keyof DagBuilder<never>, unknown>
  const ready = Promise.resolve(build(builder as DagBuilder<Widened<P>>))
  // Whoever awaits `ready` gets the error; without this the process would die of it before anyone can.
  ready.catch(() => {})
  return { [brand]: true, options, tasks, ready }
}

/** Whether a value came from `defineDag`, of whichever copy of this module. */
export function isDagDefinition(value: unknown): value is DagDefinition {
  return typeof value === 'object' && value !== null && brand in value
}

/** `'EU'` is a default: other strings are as good. */
type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends null
        ? JsonValue
        : { readonly [K in keyof T]: Widened<T[K]> }
