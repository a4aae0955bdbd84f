import type { Failure, LaunchOutcome } from '@davit/executor'
import type { TaskSpec } from '../../dag/dag-spec.ts'
import { failureOfTerminationMessage } from '../../worker-failure.ts'
import { containerResult } from './container-result.ts'
import type { TryReport } from './try-report.ts'

/**
 * What the end of a pod says of its try, when no worker has said it: a container task speaks through its exit code and
 * termination message, a function task only through its worker, so that a pod that just ended is a failure whatever
 * its exit code.
 */
export function podReport(
  outcome: LaunchOutcome,
  task: Pick<TaskSpec, 'kind' | 'skipOnExitCode'>,
  launch: { readonly workerStarted: boolean },
): TryReport {
  if (task.kind === 'function') {
    return { state: 'failed', failure: functionFailure(outcome, launch.workerStarted) }
  }
  if (outcome.state === 'success') {
    const read = containerResult(outcome.terminationMessage, outcome.containerCount ?? 1)
    if (!read.ok) return { state: 'failed', failure: read.failure }
    return 'result' in read && read.result !== undefined
      ? { state: 'success', result: read.result }
      : { state: 'success' }
  }
  const failure = outcome.failure ?? unexplained(outcome)
  const { exitCode } = outcome
  // Only an end that the command chose: a container killed for memory or time shows an exit code as well.
  if (exitCode !== undefined && failure.class === 'user' && task.skipOnExitCode.includes(exitCode)) {
    return { state: 'skipped', reason: `exit code ${exitCode} means skipped` }
  }
  return { state: 'failed', failure }
}

function functionFailure(outcome: LaunchOutcome, workerStarted: boolean): Failure {
  const shown = outcome.failure
  // The exit code of a worker that could explain itself says nothing more; a kill from outside does.
  if (shown === undefined || shown.class === 'user' || shown.class === 'unknown') {
    // What the worker's bootstrap left behind when it could not report.
    const own = failureOfTerminationMessage(outcome.terminationMessage)
    if (own) return own
  }
  if (shown) return shown
  if (outcome.state === 'failed') return unexplained(outcome)
  return workerStarted
    ? {
        class: 'unknown',
        evidence: 'taskApi.outcome=absent',
        message: 'the pod ended well, but its worker reported no outcome; the task may have ended the process itself',
      }
    : {
        class: 'config',
        evidence: 'taskApi.start=absent',
        message:
          'the pod ended well, but its worker never started the task; a function task needs the command that davit gives it',
      }
}

function unexplained({ info, exitCode }: LaunchOutcome): Failure {
  return {
    class: 'unknown',
    evidence: `exitCode=${exitCode ?? 'absent'}`,
    message: info ?? 'the pod failed, and nothing says why',
  }
}
