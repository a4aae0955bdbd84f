import type { Failure } from '@davit/executor'
import type { JsonValue, TaskSpec } from '../../dag/dag-spec.ts'
import { retryDelayMs } from './retry-delay.ts'
import type { TryReport } from './try-report.ts'

/** What becomes of the task instance: the one outcome of its try. */
export interface TryEnd {
  readonly state: 'success' | 'failed' | 'skipped' | 'up_for_retry'
  readonly failure: Failure | null
  /** Why it was skipped, for people. */
  readonly info: string | null
  /** Milliseconds since 1970; only for `up_for_retry`. */
  readonly nextTryAtMs: number | null
  readonly result?: JsonValue
}

// What a function task may return; larger things belong into a file or a database.
const MAX_RESULT_BYTES = 1024 * 1024

/**
 * Decides what a try's report means. Every failure that reaches a try's end is charged to the user's `retries`, whatever
 * its class, as in Airflow (`handle_failure`): infrastructure failures have a budget of their own that is spent on new
 * launches before, and when it is used up the try fails like any other.
 */
export function tryEnd(
  task: TaskSpec,
  tryNumber: number,
  report: TryReport,
  at: { readonly nowMs: number; readonly resultMustBeArrayFor: string | null },
): TryEnd {
  if (report.state === 'skipped') {
    return { state: 'skipped', failure: null, info: report.reason, nextTryAtMs: null }
  }
  const failure =
    report.state === 'failed' ? report.failure : resultFailure(task, report.result, at.resultMustBeArrayFor)
  if (failure === null) {
    const success = { state: 'success', failure: null, info: null, nextTryAtMs: null } as const
    return report.state === 'success' && report.result !== undefined ? { ...success, result: report.result } : success
  }
  if (tryNumber > task.retries) return { state: 'failed', failure, info: null, nextTryAtMs: null }
  return { state: 'up_for_retry', failure, info: null, nextTryAtMs: at.nowMs + retryDelayMs(task, tryNumber) }
}

function resultFailure(task: TaskSpec, result: JsonValue | undefined, mappedBy: string | null): Failure | null {
  if (mappedBy !== null && !Array.isArray(result)) {
    const given = result === undefined ? 'it returned nothing' : `it is ${kindOf(result)}`
    return {
      class: 'config',
      evidence: `result=${kindOf(result)}`,
      message: `task "${mappedBy}" maps over the result of "${task.taskId}", which must be an array, but ${given}`,
    }
  }
  const bytes = result === undefined ? 0 : Buffer.byteLength(JSON.stringify(result))
  if (bytes <= MAX_RESULT_BYTES) return null
  return {
    class: 'config',
    evidence: `result.bytes=${bytes}`,
    message: `the result is ${bytes} bytes long, more than the ${MAX_RESULT_BYTES} that a task may return; return a reference to where it is`,
  }
}

function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
