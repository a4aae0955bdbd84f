import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCertificate } from '../../src/task-api/create-certificate.ts'
import { bootstrap } from '../../src/worker/bootstrap.ts'
import { failureOfTerminationMessage } from '../../src/worker-failure.ts'
import { MemoryTaskStore } from '../support/memory-task-store.ts'
import { loadText, startTaskApi, startWorker } from '../support/run-worker-process.ts'
import { tempFolder } from '../support/temp-folder.ts'

const DAG = `
import { defineDag } from '@davit/workflows'
console.log('the DAG file was evaluated')
export default defineDag({ dagId: 'dag' }, (dag) => { dag.task('work', () => 'done') })`

async function failureOf(env: Readonly<Record<string, string>>) {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line))
  onTestFinished(() => {
    vi.restoreAllMocks()
  })
  const terminationLog = join(tempFolder(), 'termination-log')
  const code = await bootstrap({ ...env, DAVIT_TERMINATION_LOG: terminationLog }, { connectForMs: 200 })
  return { code, lines, failure: failureOfTerminationMessage(readFileSync(terminationLog, 'utf8')) }
}

async function listeningServer(answer: { readonly status: number; readonly body: string }): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

describe('bootstrap', () => {
  it('fails as config, with address and cause, when nothing listens', async () => {
    const env = { DAVIT_TASK_API_URL: 'http://127.0.0.1:1', DAVIT_LAUNCH_TOKEN: 'x', DAVIT_POD_UID: 'u' }
    const { code, lines, failure } = await failureOf(env)
    const message = 'cannot reach the task API at http://127.0.0.1:1 within 0.2 s: connect ECONNREFUSED 127.0.0.1:1'
    expect(code).toBe(1)
    expect(failure).toEqual({ class: 'config', evidence: 'env.DAVIT_TASK_API_URL=http://127.0.0.1:1', message })
    expect(lines).toEqual([expect.stringContaining(`ERROR ${message}`)])
  })

  it('keeps trying while the task API has errors of its own', async () => {
    const url = await listeningServer({ status: 503, body: 'busy' })
    const { failure } = await failureOf({ DAVIT_TASK_API_URL: url, DAVIT_LAUNCH_TOKEN: 'x', DAVIT_POD_UID: 'u' })
    expect(failure?.message).toBe(`cannot reach the task API at ${url} within 0.2 s: the task API answered 503`)
  })

  it('says so when something else listens at the address', async () => {
    const url = await listeningServer({ status: 404, body: '<html>nginx</html>' })
    const { failure } = await failureOf({ DAVIT_TASK_API_URL: url, DAVIT_LAUNCH_TOKEN: 'x', DAVIT_POD_UID: 'u' })
    expect(failure).toMatchObject({ class: 'infrastructure', evidence: 'taskApi.code=NOT_THE_TASK_API' })
  })

  it('fails as config when the pod lacks its variables', async () => {
    const { failure } = await failureOf({ DAVIT_TASK_API_URL: 'http://127.0.0.1:1' })
    expect(failure).toEqual({
      class: 'config',
      evidence: 'env.DAVIT_LAUNCH_TOKEN=',
      message: 'the pod has no DAVIT_LAUNCH_TOKEN, DAVIT_POD_UID',
    })
  })

  it('runs no code in a pod that comes second', async () => {
    const store = new MemoryTaskStore()
    const api = await startTaskApi(store, await loadText(DAG))
    expect((await (await startWorker(api.env)).ended).exitCode).toBe(0)
    const second = await (await startWorker({ ...api.env, DAVIT_POD_UID: 'uid-2' })).ended
    expect(second.exitCode).toBe(1)
    expect(second.output).not.toContain('evaluated')
    expect(failureOfTerminationMessage(second.terminationMessage)).toMatchObject({
      class: 'infrastructure',
      evidence: 'taskApi.code=LAUNCH_REFUSED',
    })
    expect(store.startCount).toBe(1)
  })

  it('runs no code when the start is refused', async () => {
    const store = new MemoryTaskStore()
    store.mayStart = false
    const api = await startTaskApi(store, await loadText(DAG))
    const end = await (await startWorker(api.env)).ended
    expect(end.exitCode).toBe(1)
    expect(end.output).not.toContain('evaluated')
    expect(failureOfTerminationMessage(end.terminationMessage)?.evidence).toBe('taskApi.code=START_REFUSED')
    expect(store.outcomes).toEqual([])
  })

  it('starts once although the store fails for a while and answers late', async () => {
    const store = new MemoryTaskStore()
    store.failures = 2
    const api = await startTaskApi(store, await loadText(DAG))
    expect((await (await startWorker(api.env)).ended).exitCode).toBe(0)
    expect(store.startCount).toBe(1)
    expect(store.outcomes).toEqual([{ state: 'success', result: 'done' }])
  })

  it('speaks TLS to the pinned certificate alone', async () => {
    const store = new MemoryTaskStore()
    // Loopback in another spelling, which the task API takes for an address that others reach.
    const listen = { host: '::ffff:127.0.0.1', port: 0 }
    const api = await startTaskApi(store, await loadText(DAG), { listen })
    expect(api.url).toMatch(/^https:/)
    const end = await (await startWorker(api.env)).ended
    expect(end).toMatchObject({ exitCode: 0 })
    expect(store.outcomes).toEqual([{ state: 'success', result: 'done' }])

    const other = await createCertificate(Date.now())
    const env = { ...api.env, DAVIT_TASK_API_PIN: other.pin, DAVIT_LAUNCH_TOKEN: 'launch-secret', DAVIT_POD_UID: 'u' }
    const { failure } = await failureOf(env)
    expect(failure?.class).toBe('config')
    expect(failure?.message).toMatch(/certificate/)
  })

  it('brings the declared files, in order, under their own names', async () => {
    const store = new MemoryTaskStore()
    const dag = await loadText(
      `
import { defineDag } from '@davit/workflows'
import { readFileSync } from 'node:fs'
export default defineDag({ dagId: 'dag', files: ['data/b*.csv', 'data/*.csv'] }, (dag) => {
  dag.task('work', ({ files }) => files.map((file) => [file.split('/').slice(-2).join('/'), readFileSync(file, 'utf8')]))
})`,
      { 'data/a.csv': 'ä', 'data/b.csv': 'b' },
    )
    const api = await startTaskApi(store, dag)
    await (await startWorker(api.env)).ended
    expect(store.outcomes).toEqual([
      {
        state: 'success',
        result: [
          ['data/b.csv', 'b'],
          ['data/a.csv', 'ä'],
        ],
      },
    ])
  })
})
