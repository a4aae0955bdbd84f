import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { LoadedDag } from '../../src/dag/dag-spec.ts'
import { loadDag } from '../../src/dag/load-dag.ts'
import { createTaskApi, type TaskApi, type TaskApiOptions } from '../../src/task-api/create-task-api.ts'
import { buildWorkerCode, type WorkerCode } from '../../src/worker/worker-code.ts'
import type { MemoryTaskStore } from './memory-task-store.ts'
import { tempFolder } from './temp-folder.ts'

/** How a worker's process ended. */
export interface WorkerEnd {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly output: string
  readonly terminationMessage: string
}

/** A worker's process, as a pod of a function task would start it. */
export interface WorkerProcess {
  readonly child: ChildProcess
  readonly ended: Promise<WorkerEnd>
  output(): string
}

let built: Promise<WorkerCode> | undefined
export function workerCode(): Promise<WorkerCode> {
  built ??= buildWorkerCode()
  return built
}

/** Loads a DAG from the text of a TypeScript file, with others beside it. */
export async function loadText(text: string, files: Readonly<Record<string, string>> = {}): Promise<LoadedDag> {
  const folder = tempFolder({ 'dag.ts': text, ...files })
  return loadDag('dag.ts', { cwd: folder, env: process.env })
}

/** A task API on loopback for one DAG, stopped after the test. */
export async function startTaskApi(
  store: MemoryTaskStore,
  dag: LoadedDag,
  options: Partial<TaskApiOptions> = {},
): Promise<TaskApi> {
  const api = createTaskApi({ store, dagOf: () => dag, workerCode: await workerCode(), ...options })
  await api.start()
  onTestFinished(() => api.stop())
  return api
}

/** Starts the bootstrap with the environment of a pod and nothing else. */
export async function startWorker(env: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const folder = tempFolder({ 'termination-log': '' })
  const terminationLog = join(folder, 'termination-log')
  const { bootstrap } = await workerCode()
  const child = spawn(process.execPath, ['--eval', bootstrap], {
    env: {
      TMPDIR: folder,
      DAVIT_POD_UID: 'uid-1',
      DAVIT_LAUNCH_TOKEN: 'launch-secret',
      DAVIT_TERMINATION_LOG: terminationLog,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<WorkerEnd>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode, signal) =>
      resolve({ exitCode, signal, output, terminationMessage: readFileSync(terminationLog, 'utf8') }),
    )
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, ended, output: () => output }
}

/** Runs the task `work` of a DAG to its end, with the body of its function. */
export async function runFunctionTask(store: MemoryTaskStore, body: string, top = ''): Promise<WorkerEnd> {
  const dag = await loadText(`
import { defineDag, SkipTask } from '@davit/workflows'
${top}
export default defineDag({ dagId: 'dag' }, (dag) => {
  dag.task('before', async () => null)
  dag.task('work', { upstream: ['before'] }, async ({ xcom, params, log, files, signal, ...context }: any): Promise<any> => {
    ${body}
  })
})`)
  const api = await startTaskApi(store, dag, { heartbeatSeconds: 0.05 })
  return (await startWorker(api.env)).ended
}
