import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Failure } from '@davit/executor'
import type { TaskContext, TaskLog } from '../dag/task-context.ts'
import { terminationMessageOf } from '../worker-failure.ts'
import { ContentChangedError, fetchContent, fetchFiles } from './fetch-content.ts'
import { keepHeartbeat } from './keep-heartbeat.ts'
import { type ReportedOutcome, type StartAnswer, type TokenAnswer, WORKER_ENV } from './protocol.ts'
import { runTask } from './run-task.ts'
import { TaskApiConnection, TaskApiRefusal, TaskApiUnreachable } from './task-api-connection.ts'
import { createTaskLog } from './task-log.ts'

/** What the bootstrap gives to the runtime that it fetched. */
export interface WorkerHandover {
  readonly url: string
  readonly pin: string | undefined
  readonly answer: TokenAnswer
  /** A folder of the worker's own. */
  readonly folder: string
  readonly terminationLog: string | undefined
}

/** How long a worker tries to reach its task API before the code runs, and after. */
const FETCH_FOR_MS = 60_000
const FINISH_FOR_MS = 120_000

/**
 * Runs the task of a launch: fetches bundle and files, asks to start, runs the function, reports how it ended. Resolves
 * to the process's exit code: 0 for success and skipped.
 */
export async function runWorker({ url, pin, answer, folder, terminationLog }: WorkerHandover): Promise<number> {
  const connection = new TaskApiConnection(url, pin)
  const log = createTaskLog((text) => process.stdout.write(text), Date.now)
  const token = answer.workerToken
  const leave = (failure: Failure) => leaveFailure(failure, terminationLog, log)
  try {
    const bundle = await fetchContent(connection, token, {
      path: '/task/bundle',
      hash: answer.bundle.hash,
      name: 'the DAG',
      retryForMs: FETCH_FOR_MS,
    })
    const bundleFile = join(folder, 'bundle.mjs')
    await writeFile(bundleFile, bundle)
    const files = await fetchFiles(connection, token, answer.files, join(folder, 'files'), FETCH_FOR_MS)

    const task = await connection.json<StartAnswer>({
      method: 'POST',
      path: '/task/start',
      token,
      body: { requestId: randomUUID() },
      retryForMs: FETCH_FOR_MS,
    })
    // From here on the author's code may run. CommonJS packages in the bundle look for `require`.
    globalThis.require ??= createRequire(bundleFile)
    const context: Omit<TaskContext, 'signal'> = {
      ...{ dagId: task.key.dagId, taskId: task.key.taskId, runId: task.key.runId },
      ...{ tryNumber: task.key.tryNumber, mapIndex: task.key.mapIndex, mapItem: task.mapItem },
      ...{ logicalDate: task.logicalDate, params: task.params, log, files },
      xcom: {
        async pull<Result>(source: string | { readonly taskId: string }): Promise<Result> {
          const taskId = typeof source === 'string' ? source : source.taskId
          const path = `/task/xcom?task=${encodeURIComponent(taskId)}`
          return (await connection.json<{ result: Result }>({ method: 'GET', path, token, retryForMs: FETCH_FOR_MS }))
            .result
        },
      },
    }
    const heartbeat = keepHeartbeat(connection, token, answer.heartbeatSeconds * 1000)
    const end = await runTask({
      bundleFile,
      context,
      executionTimeoutSeconds: task.executionTimeoutSeconds,
      lost: heartbeat.lost,
      ...(terminationLog !== undefined && { terminationLog }),
    })
    heartbeat.stop()
    if (end.state === 'lost') {
      log.error(`the worker ends: ${end.reason}`)
      return leave({ class: 'infrastructure', evidence: 'taskApi.heartbeat=lost', message: end.reason })
    }
    return await report(end, connection, token, log, leave)
  } catch (error) {
    if (error instanceof TaskApiRefusal) {
      const message = `the task API refused this pod, so its code was not run: ${error.message}`
      log.error(message)
      return leave({ class: 'infrastructure', evidence: `taskApi.code=${error.code}`, message })
    }
    if (error instanceof TaskApiUnreachable) {
      log.error(error.message)
      return leave({ class: 'infrastructure', evidence: `env.${WORKER_ENV.url}=${url}`, message: error.message })
    }
    if (error instanceof ContentChangedError) {
      log.error(error.message)
      return leave({ class: 'config', evidence: 'content.sha256=changed', message: error.message })
    }
    throw error
  } finally {
    connection.close()
  }
}

async function report(
  outcome: ReportedOutcome,
  connection: TaskApiConnection,
  token: string,
  log: TaskLog,
  leave: (failure: Failure) => number,
): Promise<number> {
  if (outcome.state === 'skipped') log.info(`skipped: ${outcome.reason}`)
  // Before the API knows: whoever sees the pod end first finds the reason there too.
  const code = outcome.state === 'failed' ? leave(outcome.failure) : 0
  try {
    await connection.request({
      method: 'POST',
      path: '/task/finish',
      token,
      body: { requestId: randomUUID(), outcome },
      retryForMs: FINISH_FOR_MS,
    })
    return code
  } catch (error) {
    if (!(error instanceof TaskApiRefusal || error instanceof TaskApiUnreachable)) throw error
    log.error(`the outcome (${outcome.state}) was not accepted: ${error.message}`)
    if (outcome.state === 'failed') return code
    const refused = error instanceof TaskApiRefusal
    const evidence = refused ? `taskApi.code=${error.code}` : 'taskApi.finish=unreachable'
    return leave({ class: 'infrastructure', evidence, message: error.message })
  }
}

function leaveFailure(failure: Failure, terminationLog: string | undefined, log: TaskLog): number {
  try {
    if (terminationLog !== undefined) writeFileSync(terminationLog, terminationMessageOf(failure))
  } catch (error) {
    log.warn(`cannot write the termination message: ${error instanceof Error ? error.message : error}`)
  }
  return 1
}
