import type { Pod } from '@davit/executor'
import type { Problem } from './problem.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** Airflow's trigger rules. */
export const TRIGGER_RULES = [
  'all_success',
  'all_failed',
  'all_done',
  'all_done_min_one_success',
  'all_skipped',
  'one_success',
  'one_failed',
  'one_done',
  'none_failed',
  'none_failed_min_one_success',
  'none_skipped',
  'always',
] as const
export type TriggerRule = (typeof TRIGGER_RULES)[number]

/** What is mapped over: a list in the file, or the result of an upstream task. */
export type MapSource =
  | { readonly kind: 'items'; readonly items: readonly JsonValue[] }
  | { readonly kind: 'task'; readonly taskId: string }

/** A task as the scheduler sees it: every default filled in, nothing executable. */
export interface TaskSpec {
  readonly taskId: string
  readonly kind: 'function' | 'container'
  /** Task ids, each once; the source of `map` is among them. */
  readonly upstream: readonly string[]
  readonly triggerRule: TriggerRule
  readonly retries: number
  readonly retryDelaySeconds: number
  readonly retryExponentialBackoff: boolean
  readonly maxRetryDelaySeconds: number | null
  readonly infrastructureRetries: number
  readonly executionTimeoutSeconds: number | null
  readonly pool: string
  readonly poolSlots: number
  readonly priorityWeight: number
  readonly queue: string | null
  readonly map: MapSource | null
  /** Containers only: exit codes that mean skipped. */
  readonly skipOnExitCode: readonly number[]
  /** Containers only; templates not yet rendered. */
  readonly container: {
    readonly image: string
    readonly command: readonly string[] | null
    readonly args: readonly string[] | null
    readonly env: Readonly<Record<string, string>>
  } | null
  readonly executorConfig: {
    readonly podOverride?: Pod
    readonly podPatch?: Readonly<Record<string, JsonValue>>
    /** Absolute. */
    readonly podTemplateFile?: string
  } | null
}

/** A DAG as the scheduler and the store see it: JSON, every default filled in. */
export interface DagSpec {
  readonly dagId: string
  readonly description: string | null
  readonly tags: readonly string[]
  readonly schedule: string | null
  /** ISO 8601. */
  readonly startDate: string | null
  readonly catchup: boolean
  readonly params: Readonly<Record<string, JsonValue>>
  /** Globs as written, relative to the DAG file. */
  readonly files: readonly string[]
  readonly pools: Readonly<Record<string, number>>
  readonly maxActiveTasks: number | null
  /** In the order of the file. */
  readonly tasks: readonly TaskSpec[]
}

/** A DAG file, loaded: its spec, and for function tasks the bundle that holds their code. */
export interface LoadedDag {
  /** Absolute. */
  readonly file: string
  readonly spec: DagSpec
  /** The esbuild bundle (ESM text, inline source map); null for YAML. */
  readonly bundle: { readonly hash: string; readonly code: string } | null
  /** The declared files that exist, relative to the DAG file's folder, with their content's hash. */
  readonly files: readonly {
    readonly path: string
    readonly absolutePath: string
    readonly hash: string
    readonly size: number
  }[]
  /** Not fatal: said once, on standard error. */
  readonly warnings: readonly Problem[]
}
