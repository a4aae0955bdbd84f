import type { ErrorCode } from '../error-codes.ts'
import type { Problem } from './problem.ts'

/**
 * - `DAG_NOT_FOUND`: there is no such file, or it cannot be read.
 * - `DAG_INVALID`: the file is wrong; `problems` says everything that is.
 */
export type DagLoadErrorCode = ErrorCode<'dag'>

/** Why a DAG file could not be loaded: every problem that it has. */
export class DagLoadError extends Error {
  override readonly name = 'DagLoadError'
  readonly code: DagLoadErrorCode
  readonly problems: readonly Problem[]

  constructor(code: DagLoadErrorCode, file: string, problems: readonly Problem[], options?: ErrorOptions) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
    super(code === 'DAG_NOT_FOUND' ? `cannot read the DAG file ${file}` : `the DAG file ${file} has ${count}`, options)
    this.code = code
    this.problems = problems
  }
}
