import type { Problem } from '../dag/problem.ts'
import { problemText } from '../dag/problem-text.ts'
import type { ErrorCode } from '../error-codes.ts'

/** An error that says what it is by a code; ours and those of the libraries below all do. */
interface CodedError extends Error {
  readonly code: string
  readonly problems?: readonly Problem[]
}

/**
 * Expected errors are for their reader: ours, and what the system refuses (`EACCES`). Anything else is a defect of ours,
 * and shows its stack: Node says of its own by `ERR_` that it was called wrongly, undici by `UND_ERR_`.
 */
export function isCodedError(error: unknown): error is CodedError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && !/^(UND_)?ERR_/.test(error.code)
}

/** The exit code of a command that ended with this error: 2 when nothing was started, 1 when something was. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return isCodedError(error) && error.code !== ('RUN_ABORTED' satisfies ErrorCode<'run'>) ? 2 : 1
}

/** The `--json` form of an error: `{ error: { code, message, problems } }`. */
export function errorAsJson(error: unknown) {
  const coded = isCodedError(error)
  return {
    error: {
      code: coded ? error.code : ('INTERNAL' satisfies ErrorCode<'defect'>),
      message: error instanceof Error ? error.message : String(error),
      problems: coded ? (error.problems ?? []).map(problemAsJson) : [],
    },
  }
}

/** The lines that a person reads: the message, then each problem with its place and what to do. */
export function errorAsText(error: unknown): string {
  if (!isCodedError(error)) return `davit: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  const problems = error.problems ?? []
  return [`davit: ${error.message}`, ...problems.map((problem) => `  ${problemText(problem)}`)].join('\n')
}

function problemAsJson({ file, path, message, hint }: Problem) {
  return { file, path, message, ...(hint === undefined ? {} : { hint }) }
}
