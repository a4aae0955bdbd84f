import type { Pod } from '@davit/executor'
import type { JsonValue, TriggerRule } from './dag-spec.ts'
import type { TaskHandle } from './task-handle.ts'

/** What function and container tasks have in common. */
export interface TaskOptions {
  /** What must have ended first: handles or ids. */
  readonly upstream?: readonly (TaskHandle | string)[]
  /** New tries after a failure that is the user's. @default 0 */
  readonly retries?: number
  /** @default 10 */
  readonly retryDelaySeconds?: number
  /** Doubles the delay with each try. @default false */
  readonly retryExponentialBackoff?: boolean
  readonly maxRetryDelaySeconds?: number | null
  /** New launches of the same try after a failure that is the cluster's. @default 3 */
  readonly infrastructureRetries?: number
  readonly executionTimeoutSeconds?: number | null
  /** @default 'all_success' */
  readonly triggerRule?: TriggerRule
  /** @default 'default_pool' */
  readonly pool?: string
  /** @default 1 */
  readonly poolSlots?: number
  /** Counts with the weights of everything downstream. @default 1 */
  readonly priorityWeight?: number
  readonly queue?: string | null
  readonly executorConfig?: {
    /** Merged over the generated pod. */
    readonly podOverride?: Pod
    /** A strategic merge patch, applied last: it can set false, 0 and empty values, and take fields away. */
    readonly podPatch?: object
    /** Relative to the DAG file. */
    readonly podTemplateFile?: string
  } | null
}

/** A task that runs once for each item. */
export interface MapOption<Item> {
  /** A list, or an upstream task whose result is one. */
  readonly map: readonly Item[] | TaskHandle<readonly Item[]> | string
}

/** A task that runs a command in an image of the author's choice. */
export interface ContainerOptions extends TaskOptions {
  readonly image: string
  /** Instead of the image's entrypoint. Strings may be Liquid templates, as in `args` and `env`. */
  readonly command?: readonly string[] | null
  readonly args?: readonly string[] | null
  readonly env?: Readonly<Record<string, string>>
  readonly map?: readonly JsonValue[] | TaskHandle<readonly unknown[]> | string | null
  /** Exit codes that mean skipped. */
  readonly skipOnExitCode?: number | readonly number[]
}

/** Options of a DAG; only `dagId` is required. */
export interface DagOptions<Params extends Readonly<Record<string, JsonValue>>> {
  readonly dagId: string
  readonly description?: string | null
  readonly tags?: readonly string[]
  /** Cron with five fields, or a preset: `@daily`. */
  readonly schedule?: string | null
  /** ISO 8601, UTC unless it says otherwise. Required with a schedule. */
  readonly startDate?: string | Date | null
  /** @default false */
  readonly catchup?: boolean
  /** Names and defaults; a run may give other values. */
  readonly params?: Params
  /** Globs relative to the DAG file: what the tasks find in `context.files`. */
  readonly files?: readonly string[]
  /** Name to slots. */
  readonly pools?: Readonly<Record<string, number>>
  readonly maxActiveTasks?: number | null
  /** Task options for every task that does not say otherwise. */
  readonly defaultArgs?: Omit<TaskOptions, 'upstream'> & {
    readonly image?: string
    readonly env?: Readonly<Record<string, string>>
    readonly skipOnExitCode?: number | readonly number[]
  }
}
