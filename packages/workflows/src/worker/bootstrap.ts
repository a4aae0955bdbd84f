import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Failure } from '@davit/executor'
import { terminationMessageOf } from '../worker-failure.ts'
import { fetchContent } from './fetch-content.ts'
import { type TokenAnswer, WORKER_ENV } from './protocol.ts'
import type { WorkerHandover } from './run-worker.ts'
import { TaskApiConnection, TaskApiRefusal } from './task-api-connection.ts'

const CONNECT_FOR_MS = 30_000

/** The environment of a process. */
type Environment = Readonly<Record<string, string | undefined>>

/**
 * A function task's pod begins here: shows the launch token, gets the worker's runtime by its hash, and hands over to it.
 * Resolves to the process's exit code. A task API that cannot be reached within `connectForMs` fails the task. What goes wrong is said in the log and in the termination message.
 */
export async function bootstrap(env: Environment, { connectForMs = CONNECT_FOR_MS } = {}): Promise<number> {
  const missing = [WORKER_ENV.url, WORKER_ENV.launchToken, WORKER_ENV.podUid].filter((name) => !env[name])
  const [first] = missing
  if (first !== undefined) {
    return failed(env, { class: 'config', evidence: `env.${first}=`, message: `the pod has no ${missing.join(', ')}` })
  }
  const url = env[WORKER_ENV.url] ?? ''
  try {
    const handover = await connect(url, env, connectForMs)
    const runtime: { runWorker(handover: WorkerHandover): Promise<number> } = await import(
      pathToFileURL(join(handover.folder, 'runtime.mjs')).href
    )
    return await runtime.runWorker(handover)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof TaskApiRefusal) {
      return failed(env, {
        class: 'infrastructure',
        evidence: `taskApi.code=${error.code}`,
        message: `the task API refused this pod, so its code was not run: ${message}`,
      })
    }
    return failed(env, { class: 'config', evidence: `env.${WORKER_ENV.url}=${url}`, message })
  }
}

async function connect(url: string, env: Environment, connectForMs: number): Promise<WorkerHandover> {
  const pin = env[WORKER_ENV.pin]
  const connection = new TaskApiConnection(url, pin)
  try {
    const answer = await connection.json<TokenAnswer>({
      method: 'POST',
      path: '/task/token',
      token: env[WORKER_ENV.launchToken] ?? '',
      body: { podUid: env[WORKER_ENV.podUid], requestId: randomUUID() },
      retryForMs: connectForMs,
    })
    const runtime = await fetchContent(connection, answer.workerToken, {
      path: '/task/runtime',
      hash: answer.runtime.hash,
      name: "the worker's runtime",
      retryForMs: connectForMs,
    })
    const folder = await mkdtemp(join(tmpdir(), 'davit-worker-'))
    await writeFile(join(folder, 'runtime.mjs'), runtime)
    return { url, pin, answer, folder, terminationLog: env[WORKER_ENV.terminationLog] }
  } finally {
    connection.close()
  }
}

function failed(env: Environment, failure: Failure): number {
  console.log(`${new Date().toISOString()} ERROR ${failure.message}`)
  const path = env[WORKER_ENV.terminationLog]
  try {
    if (path) writeFileSync(path, terminationMessageOf(failure))
  } catch (error) {
    console.log(`cannot write the termination message: ${error}`)
  }
  return 1
}
