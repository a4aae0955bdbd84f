import type { Problem } from '../dag/problem.ts'

/** The input is wrong, and nothing was started: exit 2. Carries every problem, for people and for `--json`. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: string
  readonly problems: readonly Problem[]

  constructor(code: string, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.problems = problems
  }
}
