import { Console } from 'node:console'
import { getEventListeners } from 'node:events'
import { pathToFileURL } from 'node:url'
import { taskFunction } from '../dag/describe-dag.ts'
import { documentPathText } from '../dag/document-path.ts'
import { isSkipTask } from '../dag/skip-task.ts'
import type { TaskContext } from '../dag/task-context.ts'
import { toJson } from '../dag/to-json.ts'
import { errorText } from './error-text.ts'
import { MAX_RESULT_BYTES, type ReportedOutcome } from './protocol.ts'
import { watchdog } from './watchdog.ts'

/** How a task's code ended; `lost`: nobody waits for its outcome. */
export type TaskEnd = ReportedOutcome | { readonly state: 'lost'; readonly reason: string }

export interface TaskToRun {
  readonly bundleFile: string
  readonly context: Omit<TaskContext, 'signal'>
  readonly executionTimeoutSeconds: number | null
  /** Aborted when the outcome no longer counts. */
  readonly lost: AbortSignal
  readonly terminationLog?: string
}

/** How long code may take to end after its signal was aborted. */
const ABORT_GRACE_MS = 5_000
/** Code that lets the event loop turn has ended by then. */
const WATCHDOG_GRACE_MS = 1_000
const KEEP_ALIVE_MS = 60_000
/** Kubernetes sends SIGKILL 30 s after SIGTERM; the outcome is to be told before. */
const TERMINATION_GRACE_MS = 20_000

/**
 * Runs a task's function in this process, and turns whatever happens into how it ended: results, errors, errors that
 * nobody caught, `process.exit` (0: success without a result, as Airflow has it), a timeout, SIGTERM, a promise that
 * nothing can settle. Changes the process (console, handlers, `process.exit`): there is one task in a process.
 */
export async function runTask(task: TaskToRun): Promise<TaskEnd> {
  const { context, executionTimeoutSeconds, lost } = task
  const { promise: ended, resolve } = Promise.withResolvers<TaskEnd>()
  const abort = new AbortController()
  let isEnded = false
  const end = (outcome: TaskEnd) => {
    isEnded = true
    resolve(outcome)
  }
  /** Set when the task is to end: says what its end will count as, however the code takes it. */
  let override: TaskEnd | undefined
  const stopBecause = (outcome: TaskEnd, reason: Error, graceMs: number) => {
    override ??= outcome
    abort.abort(reason)
    setTimeout(() => end(outcome), graceMs).unref()
  }
  const failedBy = (error: unknown) => {
    if (isEnded) return
    end(override ?? { state: 'failed', failure: failureOf(error, context) })
  }

  process.setSourceMapsEnabled(true)
  globalThis.console = new Console({ stdout: process.stdout, stderr: process.stdout })
  process.on('uncaughtException', failedBy)
  process.on('unhandledRejection', failedBy)
  process.on('beforeExit', () => {
    // Code that waits for its signal waits for us: for SIGTERM, or the end of the try.
    if (getEventListeners(abort.signal, 'abort').length > 0) setInterval(() => {}, KEEP_ALIVE_MS)
    else end(override ?? { state: 'failed', failure: neverSettled })
  })
  process.on('SIGTERM', () => {
    context.log.warn('SIGTERM: the pod is being stopped')
    stopBecause({ state: 'failed', failure: stopped }, new Error('the pod is being stopped'), TERMINATION_GRACE_MS)
  })
  process.exit = (code) => {
    end(override ?? exitedOutcome(code ?? process.exitCode ?? 0))
    throw new Error('process.exit was called')
  }
  lost.addEventListener('abort', () => {
    const reason = String(lost.reason)
    stopBecause({ state: 'lost', reason }, new Error(reason), ABORT_GRACE_MS)
  })
  const timeoutMs = executionTimeoutSeconds === null ? Number.POSITIVE_INFINITY : executionTimeoutSeconds * 1000
  const startedAt = performance.now()
  const timeOut = () => {
    const failure = timedOut(timeoutMs / 1000)
    context.log.error(failure.message)
    stopBecause({ state: 'failed', failure }, new DOMException(failure.message, 'TimeoutError'), ABORT_GRACE_MS)
  }
  if (executionTimeoutSeconds !== null) {
    const failure = timedOut(executionTimeoutSeconds)
    setTimeout(timeOut, timeoutMs)
    watchdog({
      afterMs: executionTimeoutSeconds * 1000 + ABORT_GRACE_MS + WATCHDOG_GRACE_MS,
      failure,
      ...(task.terminationLog !== undefined && { terminationLog: task.terminationLog }),
    })
  }

  runFunction(task, abort.signal).then((outcome) => {
    // Code that kept the event loop to itself is back before its timer.
    if (!override && performance.now() - startedAt > timeoutMs) timeOut()
    end(override ?? outcome)
  }, failedBy)
  return ended
}

async function runFunction({ bundleFile, context }: TaskToRun, signal: AbortSignal): Promise<ReportedOutcome> {
  const module: Record<string, unknown> = await import(pathToFileURL(bundleFile).href)
  const run = await taskFunction(module, context.taskId)
  if (!run) {
    return failed(
      'config',
      'bundle.task=missing',
      `the DAG file has no function task ${JSON.stringify(context.taskId)}`,
    )
  }
  let result: unknown
  try {
    result = await run({ ...context, signal })
  } catch (error) {
    if (isSkipTask(error)) return { state: 'skipped', reason: error.message }
    throw error
  }
  return resultOutcome(result, context)
}

/** Undefined is no result; what JSON cannot say, or is too long, fails the task. */
function resultOutcome(result: unknown, { log }: Pick<TaskContext, 'log'>): ReportedOutcome {
  if (result === undefined) return { state: 'success' }
  const { json, lost } = toJson(result, ['result'])
  const [first] = lost
  if (first) {
    const where = documentPathText(first.path)
    const message = `the task's result is no JSON: ${where}: ${first.message}`
    log.error(message)
    return failed('config', `${where}=not JSON`, message)
  }
  const bytes = Buffer.byteLength(JSON.stringify(json))
  if (bytes > MAX_RESULT_BYTES) {
    const message = `the task's result has ${bytes} bytes of JSON, more than ${MAX_RESULT_BYTES}: store it elsewhere and return where it is`
    log.error(message)
    return failed('config', `result.bytes=${bytes}`, message)
  }
  return { state: 'success', result: json }
}

function failureOf(error: unknown, { log }: Pick<TaskContext, 'log'>) {
  const { text, summary, name } = errorText(error)
  log.error(text)
  return { class: 'user', evidence: `error.name=${name}`, message: summary } as const
}

function failed(kind: 'user' | 'config', evidence: string, message: string): ReportedOutcome {
  return { state: 'failed', failure: { class: kind, evidence, message } }
}

function exitedOutcome(code: number | string): ReportedOutcome {
  if (Number(code) === 0) return { state: 'success' }
  return failed('user', `process.exitCode=${code}`, `the task called process.exit(${code})`)
}

function timedOut(seconds: number) {
  const message = `the task did not end within its execution timeout of ${seconds} s`
  return { class: 'deadline', evidence: `executionTimeoutSeconds=${seconds}`, message } as const
}

const stopped = {
  class: 'disruption',
  evidence: 'signal=SIGTERM',
  message: 'the pod was stopped while the task was running',
} as const

const neverSettled = {
  class: 'user',
  evidence: 'promise=pending',
  message: 'the task awaits something that nothing is left to settle',
} as const
