import type { Problem } from '../dag/problem.ts'
import type { ErrorCode } from '../error-codes.ts'

/** The input is wrong, and nothing was started: exit 2. Carries every problem, for people and for `--json`. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: ErrorCode<'usage'>
  readonly problems: readonly Problem[]

  constructor(code: ErrorCode<'usage'>, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.problems = problems
  }
}
