import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { createTaskApi, type TaskApi } from '../../src/task-api/create-task-api.ts'
import type { TokenAnswer } from '../../src/worker/protocol.ts'
import { MemoryTaskStore } from '../support/memory-task-store.ts'
import { loadText, startTaskApi, workerCode } from '../support/run-worker-process.ts'

const DAG = `
import { defineDag } from '@davit/workflows'
export default defineDag({ dagId: 'dag', files: ['*.csv'] }, (dag) => { dag.task('work', () => 1) })`

async function call(api: TaskApi, route: string, options: { token?: string; body?: unknown } = {}) {
  const [method = 'GET', path] = route.split(' ')
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  return { status: response.status, body: isJson ? JSON.parse(text) : text }
}

async function exchange(api: TaskApi, requestId = 'r1'): Promise<TokenAnswer> {
  const body = { podUid: 'uid-1', requestId }
  return (await call(api, 'POST /task/token', { token: 'launch-secret', body })).body
}

async function started(options: Parameters<typeof startTaskApi>[2] = {}) {
  const store = new MemoryTaskStore()
  const dag = await loadText(DAG, { 'a.csv': 'x,y' })
  return { store, dag, api: await startTaskApi(store, dag, options) }
}

describe('the task API', () => {
  it('answers nobody without a token', async () => {
    const { api } = await started()
    for (const route of ['GET /task/bundle', 'GET /', 'POST /task/start', 'GET /task/files/0', 'GET /nothing']) {
      expect(await call(api, route)).toEqual({
        status: 401,
        body: { code: 'TOKEN_MISSING', message: 'a bearer token is needed' },
      })
    }
    expect((await call(api, 'GET /task/bundle', { token: 'launch-secret' })).body.code).toBe('TOKEN_UNKNOWN')
    expect((await call(api, 'GET /task/bundle', { token: '' })).status).toBe(401)
  })

  it('gives code and files to a worker token', async () => {
    const { api, dag } = await started()
    const answer = await exchange(api)
    const token = answer.workerToken
    expect(answer).toEqual({
      workerToken: expect.stringMatching(/^[\w-]{43}$/),
      runtime: { hash: (await workerCode()).runtime.hash },
      bundle: { hash: dag.bundle?.hash },
      files: [{ path: 'a.csv', hash: dag.files[0]?.hash, size: 3 }],
      heartbeatSeconds: 5,
    })
    expect((await call(api, 'GET /task/bundle', { token })).body).toBe(dag.bundle?.code)
    expect((await call(api, 'GET /task/runtime', { token })).body).toBe((await workerCode()).runtime.code)
    expect((await call(api, 'GET /task/files', { token })).body).toEqual({ files: answer.files })
    expect((await call(api, 'GET /task/files/0', { token })).body).toBe('x,y')
    expect((await call(api, 'GET /task/files/1', { token })).body.code).toBe('FILE_UNKNOWN')
    expect((await call(api, 'GET /task/files/..%2f0', { token })).body.code).toBe('ROUTE_UNKNOWN')
    expect((await call(api, 'GET /task/start', { token })).status).toBe(404)
  })

  it('takes a launch token once, and repeats the answer to the same request alone', async () => {
    const { api } = await started()
    const answer = await exchange(api)
    expect(await exchange(api)).toEqual(answer)
    expect(await exchange(api, 'r2')).toMatchObject({ code: 'LAUNCH_REFUSED' })
    const wrong = { token: 'guess', body: { podUid: 'uid-1', requestId: 'r1' } }
    expect(await call(api, 'POST /task/token', wrong)).toMatchObject({ status: 403, body: { code: 'LAUNCH_REFUSED' } })
  })

  it('starts a task once for the same request, and refuses the next', async () => {
    const { api, store } = await started()
    const { workerToken: token } = await exchange(api)
    const first = await call(api, 'POST /task/start', { token, body: { requestId: 'a' } })
    expect(first).toMatchObject({ status: 200, body: { key: { taskId: 'work' } } })
    expect(await call(api, 'POST /task/start', { token, body: { requestId: 'a' } })).toEqual(first)
    expect(await call(api, 'POST /task/start', { token, body: { requestId: 'b' } })).toMatchObject({
      status: 409,
      body: { code: 'START_REFUSED' },
    })
    expect(store.startCount).toBe(1)
  })

  it('takes an outcome once, and only a whole one', async () => {
    const { api, store } = await started()
    const { workerToken: token } = await exchange(api)
    const finish = (outcome: unknown, requestId = 'f') =>
      call(api, 'POST /task/finish', { token, body: { requestId, outcome } })
    for (const outcome of [
      null,
      {},
      { state: 'failed' },
      { state: 'done' },
      { state: 'failed', failure: { class: 'x' } },
    ]) {
      expect(await finish(outcome, JSON.stringify(outcome))).toMatchObject({
        status: 400,
        body: { code: 'BODY_INVALID' },
      })
    }
    expect(await finish({ state: 'success', result: [1] })).toMatchObject({ status: 200 })
    expect(await finish({ state: 'success', result: [1] })).toMatchObject({ status: 200 })
    expect(store.outcomes).toEqual([{ state: 'success', result: [1] }])
    store.isCurrent = false
    expect(await finish({ state: 'success' }, 'g')).toMatchObject({ status: 410, body: { code: 'TRY_OVER' } })
  })

  it('refuses results above 1 MiB', async () => {
    const { api, store } = await started()
    const { workerToken: token } = await exchange(api)
    const finish = (result: string, requestId: string) =>
      call(api, 'POST /task/finish', { token, body: { requestId, outcome: { state: 'success', result } } })
    expect(await finish('x'.repeat(1024 * 1024 - 1), 'a')).toMatchObject({
      status: 413,
      body: { code: 'RESULT_TOO_LARGE' },
    })
    expect(await finish('x'.repeat(2 * 1024 * 1024), 'b')).toMatchObject({
      status: 413,
      body: { code: 'BODY_TOO_LARGE' },
    })
    expect(store.outcomes).toEqual([])
  })

  it('says when a heartbeat is of a try that is over', async () => {
    const { api, store } = await started()
    const { workerToken: token } = await exchange(api)
    expect((await call(api, 'POST /task/heartbeat', { token })).status).toBe(200)
    store.isCurrent = false
    expect(await call(api, 'POST /task/heartbeat', { token })).toMatchObject({
      status: 410,
      body: { code: 'TRY_OVER' },
    })
  })

  it('gives results of tasks, and names the nearest for an unknown one', async () => {
    const { api, store } = await started()
    const { workerToken: token } = await exchange(api)
    store.results.work = { a: 1 }
    expect((await call(api, 'GET /task/xcom?task=work', { token })).body).toEqual({ result: { a: 1 } })
    expect((await call(api, 'GET /task/xcom?task=wrok', { token })).body).toEqual({
      code: 'TASK_UNKNOWN',
      message: 'there is no task "wrok": tasks: work',
    })
    expect((await call(api, 'GET /task/xcom', { token })).body.code).toBe('QUERY_INVALID')
  })

  it('forgets a worker that was silent for an hour', async () => {
    const clock = new FakeClock()
    const { api } = await started({ clock })
    const { workerToken: token } = await exchange(api)
    await clock.advance(3_600_000)
    expect((await call(api, 'POST /task/heartbeat', { token })).status).toBe(200)
    await clock.advance(3_600_001)
    expect((await call(api, 'POST /task/heartbeat', { token })).body.code).toBe('TOKEN_UNKNOWN')
  })

  it('answers trouble of the store as its own, so that workers try again', async () => {
    const { api, store } = await started()
    store.failures = 1
    expect(await exchange(api)).toEqual({ code: 'INTERNAL', message: 'the disk is busy' })
    expect((await exchange(api)).workerToken).toMatch(/./)
  })

  it('chooses another port when its own is taken, unless workers were told that one', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { api, dag, store } = await started({ listen: { host: '127.0.0.1', port } })
    expect(api.url).not.toBe(`http://127.0.0.1:${port}`)
    const fixed = createTaskApi({
      store,
      dagOf: () => dag,
      workerCode: await workerCode(),
      listen: { host: '127.0.0.1', port },
      url: `http://127.0.0.1:${port}`,
    })
    await expect(fixed.start()).rejects.toMatchObject({
      code: 'TASK_API_LISTEN',
      message: `the task API cannot listen on 127.0.0.1:${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
    })
  })

  it('leaves nothing when it stops, a request in flight included', async () => {
    const store = new MemoryTaskStore()
    store.heartbeat = () => new Promise(() => {})
    const api = await startTaskApi(store, await loadText(DAG, { 'a.csv': '' }))
    const { workerToken: token } = await exchange(api)
    const hanging = call(api, 'POST /task/heartbeat', { token })
    const broken = expect(hanging).rejects.toThrow('fetch failed')
    await new Promise((resolve) => setImmediate(resolve))
    await api.stop()
    await broken
    await api.stop()
  })
})
