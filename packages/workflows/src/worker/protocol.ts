import type { Failure, TaskInstanceKey } from '@davit/executor'
import type { JsonValue } from '../dag/dag-spec.ts'

/** The environment of a function task's pod. A container task's has `result` alone. */
export const WORKER_ENV = {
  /** Base address of the task API. */
  url: 'DAVIT_TASK_API_URL',
  /** The task API's certificate (DER, base64), the only one to be trusted; absent: plain HTTP, or a public certificate. */
  pin: 'DAVIT_TASK_API_PIN',
  /** The secret that is exchanged for a worker token, once. */
  launchToken: 'DAVIT_LAUNCH_TOKEN',
  /** By the downward API. */
  podUid: 'DAVIT_POD_UID',
  /** The file that the kubelet reads as termination message. */
  terminationLog: 'DAVIT_TERMINATION_LOG',
  /** Container tasks: the same file, where a result is written. */
  result: 'DAVIT_RESULT',
} as const

/** Results above this are refused, in bytes of their JSON. */
export const MAX_RESULT_BYTES = 1024 * 1024

/** Something that is fetched by the hash of its content. */
export interface HashedContent {
  /** sha256, hex. */
  readonly hash: string
}

/** A file of the DAG, by its place in the list. */
export interface OfferedFile extends HashedContent {
  /** Relative to the DAG file; may begin with `../`. */
  readonly path: string
  readonly size: number
}

/** Answer to `POST /task/token`: who presented the launch token speaks with the worker token from now on. */
export interface TokenAnswer {
  readonly workerToken: string
  readonly runtime: HashedContent
  readonly bundle: HashedContent
  readonly files: readonly OfferedFile[]
  readonly heartbeatSeconds: number
}

/** Answer to `POST /task/start`: the code may run. */
export interface StartAnswer {
  readonly key: TaskInstanceKey
  readonly mapItem: JsonValue
  readonly logicalDate: string
  readonly params: Readonly<Record<string, JsonValue>>
  readonly executionTimeoutSeconds: number | null
}

/** Body of `POST /task/finish`. */
export type ReportedOutcome =
  | { readonly state: 'success'; readonly result?: JsonValue }
  | { readonly state: 'skipped'; readonly reason: string }
  | { readonly state: 'failed'; readonly failure: Failure }

/** Body of every refusal, as of every error. */
export interface RefusalAnswer {
  readonly code: string
  readonly message: string
}
