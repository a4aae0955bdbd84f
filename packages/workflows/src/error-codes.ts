/**
 * Every code of the errors that this package throws on purpose, by what throws them; docs/reference/errors.md explains
 * each.
 */
export const errorCodes = {
  /** `UsageError`, `RunRefusedError`: the command line. */
  usage: ['USAGE', 'OPTION_INVALID'],
  /** `DagLoadError`. */
  dag: ['DAG_NOT_FOUND', 'DAG_INVALID'],
  /** `ClusterUnreachableError`, `LogsUnwritableError`, `RunAbortedError`. */
  run: ['CLUSTER_UNREACHABLE', 'LOGS_UNWRITABLE', 'RUN_ABORTED'],
  /** `RunRefusedError`: what the cluster would not let us do. */
  permission: ['PERMISSION_MISSING'],
  /** `StoreError`. */
  store: [
    'STORE_UNSUPPORTED',
    'STORE_UNWRITABLE',
    'STORE_NOT_A_DATABASE',
    'STORE_CORRUPT',
    'STORE_LOCKED',
    'STORE_FULL',
    'STORE_NEWER',
    'STORE_RUN_EXISTS',
    'STORE_CLOSED',
    'STORE_FAILED',
  ],
  /** `TaskApiError`: the task API cannot start. */
  taskApi: ['TASK_API_LISTEN', 'TASK_API_URL'],
  /** `Refusal`: what the task API answers to a worker. */
  refusal: [
    'BODY_INVALID',
    'BODY_TOO_LARGE',
    'BUNDLE_NONE',
    'DAG_UNKNOWN',
    'FILE_UNKNOWN',
    'LAUNCH_REFUSED',
    'QUERY_INVALID',
    'RESULT_TOO_LARGE',
    'ROUTE_UNKNOWN',
    'START_REFUSED',
    'TASK_UNKNOWN',
    'TOKEN_MISSING',
    'TOKEN_UNKNOWN',
    'TRY_OVER',
  ],
  /** `TaskApiRefusal` of a worker whose address leads to something else. */
  worker: ['NOT_THE_TASK_API'],
  /** Anything that was not foreseen: a defect of Davit's. */
  defect: ['INTERNAL'],
} as const

/** A code of {@link errorCodes}: of one group of them, or any. */
export type ErrorCode<Group extends keyof typeof errorCodes = keyof typeof errorCodes> =
  (typeof errorCodes)[Group][number]
