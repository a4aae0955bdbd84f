import type { ErrorCode } from '../error-codes.ts'

/**
 * - `TASK_API_LISTEN`: the address cannot be listened on.
 * - `TASK_API_URL`: the address that workers are to use cannot work with the one that is listened on.
 */
export type TaskApiErrorCode = ErrorCode<'taskApi'>

/** The task API cannot start as it was told to. */
export class TaskApiError extends Error {
  override readonly name = 'TaskApiError'
  readonly code: TaskApiErrorCode

  constructor(code: TaskApiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
