import { describe, expect, it } from 'vitest'
import { OpenRun, RUN_ID } from '../support/open-run.ts'

describe('changes', () => {
  it('gives everything that is active at first, then what changed', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }, { taskId: 'b' }])
    const { scheduling } = run.store
    const first = await scheduling.changes(0)
    expect(first.runs).toMatchObject([{ runId: RUN_ID, state: 'running' }])
    expect(first.instances).toHaveLength(2)
    expect(await scheduling.changes(first.version)).toEqual({ version: first.version, runs: [], instances: [] })
    await run.claimed('b')
    const second = await scheduling.changes(first.version)
    expect(second.runs).toEqual([])
    expect(second.instances).toEqual([
      { dagId: 'sales', runId: RUN_ID, taskId: 'b', mapIndex: -1, state: 'queued', tryNumber: 1, nextTryAt: null },
    ])
    await run.store.cancelRun('sales', RUN_ID)
    const third = await scheduling.changes(second.version)
    expect(third.runs).toMatchObject([{ state: 'failed' }])
    expect(await scheduling.changes(0)).toMatchObject({ runs: [], instances: [] })
  })
})

describe('claim', () => {
  it('starts a try once', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', retries: 1 }])
    const { scheduling } = run.store
    expect(await scheduling.claim([run.key('a')], 'job-1')).toEqual([])
    const key = await run.claimed('a')
    expect(await scheduling.claim([key, run.key('a', 2)], 'job-1')).toEqual([])
    expect(await run.instance('a')).toMatchObject({ state: 'queued', tryNumber: 1, podName: null, queuedAt: null })
  })
})

describe('expandTask', () => {
  it('makes one instance for each item, once', async () => {
    await using run = await OpenRun.open([
      { taskId: 'list' },
      { taskId: 'each', upstream: ['list'], map: { kind: 'task', taskId: 'list' } },
    ])
    const launch = await run.launched('list')
    await run.store.launches.commitOutcomes([run.outcome(launch, 'u1', { terminationMessage: '["x",{"y":1},null]' })])
    for (const _ of [1, 2]) expect(await run.store.scheduling.expandTask('sales', RUN_ID, 'each')).toBe(3)
    const each = (await run.store.taskInstances('sales', RUN_ID)).filter(({ taskId }) => taskId === 'each')
    expect(each.map(({ mapIndex, mapItem, state }) => [mapIndex, mapItem, state])).toEqual([
      [0, 'x', null],
      [1, { y: 1 }, null],
      [2, null, null],
    ])
  })

  it('keeps the one instance when there are no items', async () => {
    await using run = await OpenRun.open([
      { taskId: 'list' },
      { taskId: 'each', upstream: ['list'], map: { kind: 'task', taskId: 'list' } },
    ])
    const launch = await run.launched('list')
    await run.store.launches.commitOutcomes([run.outcome(launch, 'u1', { terminationMessage: '[]' })])
    expect(await run.store.scheduling.expandTask('sales', RUN_ID, 'each')).toBe(0)
    expect(await run.instance('each', -1)).toMatchObject({ state: null })
  })

  it('maps over the results of a mapped task in map order', async () => {
    await using run = await OpenRun.open([
      { taskId: 'list', map: { kind: 'items', items: [1, 2] } },
      { taskId: 'each', upstream: ['list'], map: { kind: 'task', taskId: 'list' } },
    ])
    const ends = []
    for (const index of [1, 0]) {
      const launch = await run.launched('list', 1, index)
      // Not an array each: the list of both is what is mapped over.
      ends.push(run.outcome(launch, `u${index}`, { terminationMessage: `{"from":${index}}` }))
    }
    await run.store.launches.commitOutcomes(ends)
    expect(await run.store.scheduling.expandTask('sales', RUN_ID, 'each')).toBe(2)
    expect([(await run.instance('each', 0)).mapItem, (await run.instance('each', 1)).mapItem]).toEqual([
      { from: 0 },
      { from: 1 },
    ])
  })
})

describe('markRunning', () => {
  it('is for queued container tasks of this try; a function task starts when its worker says so', async () => {
    await using run = await OpenRun.open([{ taskId: 'box' }, { taskId: 'code', kind: 'function' }])
    const box = await run.launched('box')
    const code = await run.launched('code')
    await run.clock.advance(700)
    await run.store.scheduling.markRunning([{ ...box.key, tryNumber: 2 }, code.key])
    expect([(await run.instance('box')).state, (await run.instance('code')).state]).toEqual(['queued', 'queued'])
    await run.store.scheduling.markRunning([box.key])
    expect(await run.instance('box')).toMatchObject({ state: 'running', startedAt: '2026-01-01T00:00:00.700Z' })
  })
})

describe('failTries', () => {
  it('ends a try that has no outcome, and leaves every other alone', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', retries: 1, retryDelaySeconds: 2 }, { taskId: 'b' }])
    const failure = { class: 'config', evidence: 'podTemplateFile=x.yaml', message: 'no such file' } as const
    const launch = await run.launched('a')
    const done = await run.launched('b')
    await run.store.launches.commitOutcomes([run.outcome(done, 'u1')])
    const failed = [launch.key, run.key('a', 2), done.key].map((key) => ({ key, failure }))
    await run.store.scheduling.failTries(failed)
    await run.store.scheduling.failTries(failed)
    expect(await run.instance('a')).toMatchObject({ state: 'up_for_retry', failure, tryNumber: 1 })
    expect(await run.instance('b')).toMatchObject({ state: 'success', failure: null })
    expect(await run.store.launches.commitOutcomes([run.outcome(launch, 'u2')])).toMatchObject([{ accepted: false }])
    expect(await run.tries()).toHaveLength(2)
  })
})

describe('finishRun', () => {
  it('ends a run only when everything in it has ended', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const launch = await run.launched('a')
    expect(await run.store.scheduling.finishRun('sales', RUN_ID, 'success')).toBe(false)
    await run.store.launches.commitOutcomes([run.outcome(launch, 'u1')])
    expect(await run.store.scheduling.finishRun('sales', RUN_ID, 'success')).toBe(true)
    expect(await run.store.scheduling.finishRun('sales', RUN_ID, 'failed')).toBe(false)
    expect(await run.store.dagRun('sales', RUN_ID)).toMatchObject({ state: 'success' })
  })
})
