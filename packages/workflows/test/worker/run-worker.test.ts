import { describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { failureOfTerminationMessage } from '../../src/worker-failure.ts'
import { MemoryTaskStore } from '../support/memory-task-store.ts'
import { loadText, runFunctionTask, startTaskApi, startWorker } from '../support/run-worker-process.ts'

describe('a function task in its worker', () => {
  it('gets the context, pulls results, and returns one', async () => {
    const store = new MemoryTaskStore({ params: { region: `it's "$HOME"\n${'ü'}` }, mapItem: { n: 1 } })
    store.results.before = { rows: 3 }
    const end = await runFunctionTask(
      store,
      `log.info('reading', { rows: 3 }); log.warn('odd')
       console.log('plain'); console.error('also plain')
       return { ...context, params, files, pulled: await xcom.pull('before'), aborted: signal.aborted }`,
    )
    expect(end.exitCode).toBe(0)
    expect(store.outcomes).toEqual([
      {
        state: 'success',
        result: {
          dagId: 'dag',
          taskId: 'work',
          runId: 'manual__1',
          tryNumber: 1,
          mapIndex: -1,
          mapItem: { n: 1 },
          logicalDate: '2026-01-01T00:00:00+00:00',
          params: { region: `it's "$HOME"\nü` },
          files: [],
          pulled: { rows: 3 },
          aborted: false,
        },
      },
    ])
    const lines = end.output.trim().split('\n')
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z INFO reading \{"rows":3\}$/)
    expect(lines[1]).toMatch(/Z WARN odd$/)
    expect(lines.slice(2)).toEqual(['plain', 'also plain'])
    expect(end.terminationMessage).toBe('')
  })

  it('is a success without a result when it returns nothing', async () => {
    const store = new MemoryTaskStore()
    expect((await runFunctionTask(store, '')).exitCode).toBe(0)
    expect(store.outcomes).toEqual([{ state: 'success' }])
  })

  it('fails as user, with the stack in terms of the DAG file', async () => {
    const store = new MemoryTaskStore()
    const end = await runFunctionTask(store, `throw new TypeError('no such column')`)
    expect(end.exitCode).toBe(1)
    const failure = { class: 'user', evidence: 'error.name=TypeError', message: 'TypeError: no such column' }
    expect(store.outcomes).toEqual([{ state: 'failed', failure }])
    expect(end.output).toMatch(/ERROR TypeError: no such column\n\s+at .*dag\.ts:7:\d+/)
    expect(end.output).not.toContain('runtime.mjs')
    expect(failureOfTerminationMessage(end.terminationMessage)).toEqual(failure)
  })

  it.each([
    ['throws text', `throw 'oops'`, 'error.name=string', 'thrown: oops'],
    [
      'leaves an error uncaught',
      `setTimeout(() => { throw new RangeError('late') }, 1); await new Promise((r) => setTimeout(r, 5000))`,
      'error.name=RangeError',
      'RangeError: late',
    ],
    [
      'leaves a rejection unhandled',
      `Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 5000))`,
      'error.name=Error',
      'Error: lost',
    ],
    ['exits', `process.exit(3)`, 'process.exitCode=3', 'the task called process.exit(3)'],
    [
      'awaits what never comes',
      `await new Promise(() => {})`,
      'promise=pending',
      'the task awaits something that nothing is left to settle',
    ],
  ])('fails as user when it %s', async (_what, body, evidence, message) => {
    const store = new MemoryTaskStore()
    expect((await runFunctionTask(store, body)).exitCode).toBe(1)
    expect(store.outcomes).toEqual([{ state: 'failed', failure: { class: 'user', evidence, message } }])
  })

  it('succeeds without a result when it exits with 0, as in Airflow', async () => {
    const store = new MemoryTaskStore()
    expect((await runFunctionTask(store, 'process.exit(0)')).exitCode).toBe(0)
    expect(store.outcomes).toEqual([{ state: 'success' }])
  })

  it('is skipped by SkipTask', async () => {
    const store = new MemoryTaskStore()
    const end = await runFunctionTask(store, `throw new SkipTask('nothing new')`)
    expect(end.exitCode).toBe(0)
    expect(store.outcomes).toEqual([{ state: 'skipped', reason: 'nothing new' }])
    expect(end.output).toContain('INFO skipped: nothing new')
  })

  it.each([
    ['a bigint inside', `return { rows: [1n] }`, 'result.rows[0]=not JSON'],
    ['a map', `return new Map()`, 'result=not JSON'],
    ['NaN', `return NaN`, 'result=not JSON'],
    ['a cycle', `const a: any = {}; a.a = a; return a`, 'result.a=not JSON'],
    ['more than 1 MiB', `return 'x'.repeat(1024 * 1024)`, 'result.bytes=1048578'],
  ])('fails as config when its result is %s', async (_what, body, evidence) => {
    const store = new MemoryTaskStore()
    expect((await runFunctionTask(store, body)).exitCode).toBe(1)
    expect(store.outcomes).toEqual([
      { state: 'failed', failure: expect.objectContaining({ class: 'config', evidence }) },
    ])
  })

  it('takes a result of 1 MiB', async () => {
    const store = new MemoryTaskStore()
    await runFunctionTask(store, `return 'x'.repeat(1024 * 1024 - 2)`)
    expect(store.outcomes).toEqual([{ state: 'success', result: 'x'.repeat(1024 * 1024 - 2) }])
  })

  it('fails as user when the DAG file throws in the worker', async () => {
    const store = new MemoryTaskStore()
    const top = `if (process.env.TMPDIR?.includes('davit-test')) throw new Error('only in the pod')`
    const end = await runFunctionTask(store, 'return 1', top)
    expect(end.exitCode).toBe(1)
    expect(store.outcomes).toEqual([
      { state: 'failed', failure: { class: 'user', evidence: 'error.name=Error', message: 'Error: only in the pod' } },
    ])
  })

  it('does not see the secrets of its worker', async () => {
    const store = new MemoryTaskStore()
    await runFunctionTask(store, `return Object.keys(process.env).filter((name) => name.startsWith('DAVIT'))`)
    expect(store.outcomes).toEqual([{ state: 'success', result: [] }])
  })

  it('is told of an unknown task that it pulls', async () => {
    const store = new MemoryTaskStore()
    await runFunctionTask(store, `return xcom.pull('befor')`)
    const message = 'TaskApiRefusal: there is no task "befor": did you mean "before"?'
    expect(store.outcomes).toEqual([{ state: 'failed', failure: expect.objectContaining({ class: 'user', message }) }])
  })
})

describe('the end of a worker', () => {
  const deadline = {
    class: 'deadline',
    evidence: 'executionTimeoutSeconds=0.2',
    message: 'the task did not end within its execution timeout of 0.2 s',
  }

  it.each([
    ['ends when its signal says so', `await new Promise((end) => signal.addEventListener('abort', end)); return 1`],
    ['throws when its signal says so', `await new Promise((_, stop) => signal.addEventListener('abort', stop))`],
    ['never settles', `await new Promise(() => {})`],
    ['returned too late, having blocked its process', `const t = Date.now(); while (Date.now() < t + 400); return 1`],
  ])('is a deadline when the execution timeout passes and the code %s', async (_what, body) => {
    const store = new MemoryTaskStore({ executionTimeoutSeconds: 0.2 })
    const end = await runFunctionTask(store, body)
    expect(end.exitCode).toBe(1)
    expect(store.outcomes).toEqual([{ state: 'failed', failure: deadline }])
    expect(end.output).toContain(`ERROR ${deadline.message}`)
    expect(failureOfTerminationMessage(end.terminationMessage)).toEqual(deadline)
  })

  it('is by SIGKILL when code never lets the event loop turn, and the pod says why', async () => {
    const store = new MemoryTaskStore({ executionTimeoutSeconds: 0.2 })
    const end = await runFunctionTask(store, 'for (;;);')
    expect(end.signal).toBe('SIGKILL')
    expect(end.output).toContain(`ERROR ${deadline.message}, nor after it was told to: killed`)
    expect(failureOfTerminationMessage(end.terminationMessage)).toEqual(deadline)
  })

  it.each([
    ['throws', `await new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason)))`],
    ['returns', `await new Promise((end) => signal.addEventListener('abort', end)); return 'half'`],
  ])('by SIGTERM is a disruption, which the code that %s was told of', async (_what, body) => {
    const store = new MemoryTaskStore()
    const dag = await loadText(`
import { defineDag } from '@davit/workflows'
export default defineDag({ dagId: 'dag' }, (dag) => {
  dag.task('work', async ({ signal, log }): Promise<unknown> => { log.info('waiting'); ${body} })
})`)
    const api = await startTaskApi(store, dag)
    const worker = await startWorker(api.env)
    await eventually(() => worker.output().includes('waiting'))
    worker.child.kill('SIGTERM')
    expect((await worker.ended).exitCode).toBe(1)
    expect(store.outcomes).toEqual([
      { state: 'failed', failure: expect.objectContaining({ class: 'disruption', evidence: 'signal=SIGTERM' }) },
    ])
  })

  it('comes when a heartbeat is refused: the code is told, and nothing is reported', async () => {
    const store = new MemoryTaskStore()
    const dag = await loadText(`
import { defineDag } from '@davit/workflows'
export default defineDag({ dagId: 'dag' }, (dag) => {
  dag.task('work', async ({ signal, log }) => {
    const timer = setInterval(() => {}, 1000)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    log.info('told')
    clearInterval(timer)
  })
})`)
    const api = await startTaskApi(store, dag, { heartbeatSeconds: 0.05 })
    const worker = await startWorker(api.env)
    await eventually(() => store.heartbeats > 2)
    store.isCurrent = false
    const end = await worker.ended
    expect(end).toMatchObject({ exitCode: 1, signal: null })
    expect(end.output).toContain('INFO told')
    expect(end.output).toContain('ERROR the worker ends: the try is over')
    expect(store.outcomes).toEqual([])
  })
})
