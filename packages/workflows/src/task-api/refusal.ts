import type { ErrorCode } from '../error-codes.ts'

/** What the task API answers instead of doing what it was asked: a status, a code for programs, a message for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: ErrorCode<'refusal'>

  constructor(status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413, code: ErrorCode<'refusal'>, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}
