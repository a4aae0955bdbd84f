import type { Failure } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import type { WorkerIdentity } from '../../src/store/workflow-store.ts'
import { OpenRun, RUN_ID } from '../support/open-run.ts'

const nodeLost: Failure = { class: 'infrastructure', evidence: 'status.reason=NodeLost', message: 'the node was lost' }
const crash: Failure = { class: 'user', evidence: 'error.name=TypeError', message: 'x is not a function' }

async function startedWorker(run: OpenRun, taskId: string, tryNumber = 1, mapIndex = -1): Promise<WorkerIdentity> {
  const launch = await run.launched(taskId, tryNumber, mapIndex)
  const worker = await run.store.exchangeLaunchToken(await run.token(launch), `uid-${launch.id}`)
  if (!worker || !(await run.store.startTask(worker))) throw new Error('the worker could not start')
  return worker
}

describe('exchangeLaunchToken', () => {
  it('takes a token once', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const launch = await run.launched('a')
    const token = await run.token(launch)
    expect(await run.store.exchangeLaunchToken(token, 'u1')).toEqual({ launchId: launch.id, podUid: 'u1' })
    expect(await run.store.exchangeLaunchToken(token, 'u1')).toBeNull()
    expect(await run.store.exchangeLaunchToken(token, 'u2')).toBeNull()
    expect(await run.store.exchangeLaunchToken('nonsense', 'u1')).toBeNull()
  })

  it('binds the pod when the worker is faster than the answer to the create', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const launch = await run.launched('a')
    await run.store.exchangeLaunchToken(await run.token(launch), 'u1')
    expect(await run.store.launches.bindPod(launch, 'u2')).toBe(false)
    expect(await run.store.launches.bindPod(launch, 'u1')).toBe(true)
  })

  it('refuses a pod other than the bound one', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const launch = await run.launched('a')
    const token = await run.token(launch)
    await run.store.launches.bindPod(launch, 'u1')
    expect(await run.store.exchangeLaunchToken(token, 'u2')).toBeNull()
    expect(await run.store.exchangeLaunchToken(token, 'u1')).not.toBeNull()
  })

  it('refuses the token of a superseded launch', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const launch = await run.launched('a')
    const token = await run.token(launch)
    const next = run.launch(launch.key, 2)
    await run.store.launches.recordLaunch({ launch: next, supersedes: { launchId: launch.id, failure: nodeLost } })
    expect(await run.store.exchangeLaunchToken(token, 'u1')).toBeNull()
    expect(await run.token(next)).not.toBe(token)
  })
})

describe('P13: a node that is back after its task was launched again', () => {
  it('P13 d: the old process is refused, whatever it asks, and writes nothing; the successor goes on', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const old = await startedWorker(run, 'a')
    const next = run.launch(run.key('a'), 2)
    await run.store.launches.recordLaunch({ launch: next, supersedes: { launchId: old.launchId, failure: nodeLost } })
    const worker = await run.store.exchangeLaunchToken(await run.token(next), 'u2')
    expect(worker && (await run.store.startTask(worker))).toMatchObject({ key: next.key })

    expect(await run.store.heartbeat(old)).toBe(false)
    expect(await run.store.startTask(old)).toBeNull()
    expect(await run.store.finishTask(old, { state: 'success', result: 'of the old process' })).toBe(false)
    expect(await run.instance('a')).toMatchObject({ state: 'running' })
    expect(worker && (await run.store.finishTask(worker, { state: 'success', result: 'of the new one' }))).toBe(true)
    expect(await run.instance('a')).toMatchObject({ state: 'success', result: 'of the new one' })
    expect(await run.tries()).toHaveLength(1)
  })
})

describe('startTask', () => {
  it('starts the code of a launch once, and says what it needs', async () => {
    await using run = await OpenRun.open([
      {
        taskId: 'each',
        kind: 'function',
        executionTimeoutSeconds: 60,
        map: { kind: 'items', items: ['x', { y: 1 }] },
      },
    ])
    const launch = await run.launched('each', 1, 1)
    const worker = await run.store.exchangeLaunchToken(await run.token(launch), 'u1')
    if (!worker) throw new Error('the token was refused')
    expect(await run.store.heartbeat(worker)).toBe(false)
    await run.clock.advance(1_000)
    expect(await run.store.startTask(worker)).toEqual({
      key: launch.key,
      mapItem: { y: 1 },
      logicalDate: '2026-01-01T00:00:00Z',
      params: { region: 'EU' },
      executionTimeoutSeconds: 60,
    })
    expect(await run.instance('each', 1)).toMatchObject({ state: 'running', startedAt: '2026-01-01T00:00:01.000Z' })
    expect(await run.store.startTask(worker)).toBeNull()
    expect(await run.store.startTask({ ...worker, podUid: 'u2' })).toBeNull()
    expect(await run.store.heartbeat(worker)).toBe(true)
    expect(await run.store.heartbeat({ ...worker, podUid: 'u2' })).toBe(false)
  })

  it('refuses a launch that was revoked', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const launch = await run.launched('a')
    const worker = await run.store.exchangeLaunchToken(await run.token(launch), 'u1')
    if (!worker) throw new Error('the token was refused')
    await run.store.launches.revokeLaunch?.(launch)
    expect(await run.store.startTask(worker)).toBeNull()
  })
})

describe('finishTask', () => {
  it('ends the try at once, and is taken once', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const worker = await startedWorker(run, 'a')
    expect(await run.store.finishTask(worker, { state: 'success', result: { rows: 3 } })).toBe(true)
    expect(await run.instance('a')).toMatchObject({ state: 'success', result: { rows: 3 } })
    expect(await run.store.finishTask(worker, { state: 'failed', failure: crash })).toBe(false)
    expect(await run.store.heartbeat(worker)).toBe(false)
    expect(await run.tries()).toMatchObject([{ state: 'success' }])
  })

  it('keeps what the worker said, however its pod ends', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const worker = await startedWorker(run, 'a')
    await run.store.finishTask(worker, { state: 'success' })
    const [launch] = await run.store.launches.currentLaunches()
    if (!launch) throw new Error('a launch is over only when its pod is')
    const outcome = run.outcome(launch, worker.podUid, { state: 'failed', failure: nodeLost, logPath: 'logs/a.log' })
    expect(await run.store.launches.commitOutcomes([outcome])).toEqual([{ accepted: true, state: 'success' }])
    expect(await run.instance('a')).toMatchObject({ state: 'success', failure: null, logPath: 'logs/a.log' })
    expect(await run.tries()).toMatchObject([{ state: 'success', logPath: 'logs/a.log' }])
    expect(await run.store.launches.currentLaunches()).toEqual([])
  })

  it('does not launch again what its worker has finished', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function' }])
    const worker = await startedWorker(run, 'a')
    await run.store.finishTask(worker, { state: 'success' })
    const again = { launch: run.launch(run.key('a'), 2), supersedes: { launchId: worker.launchId, failure: nodeLost } }
    expect(await run.store.launches.recordLaunch(again)).toMatchObject({ recorded: false })
    expect(await run.instance('a')).toMatchObject({ state: 'success' })
    expect(await run.store.launches.currentLaunches()).toEqual([])
  })

  it('retries what failed, and skips what skipped itself', async () => {
    await using run = await OpenRun.open([
      { taskId: 'a', kind: 'function', retries: 1, retryDelaySeconds: 3 },
      { taskId: 'b', kind: 'function', retries: 1 },
    ])
    const failing = await startedWorker(run, 'a')
    await run.store.finishTask(failing, { state: 'failed', failure: crash })
    expect(await run.instance('a')).toMatchObject({ state: 'up_for_retry', failure: crash })
    const skipping = await startedWorker(run, 'b')
    await run.store.finishTask(skipping, { state: 'skipped', reason: 'no data' })
    expect(await run.instance('b')).toMatchObject({ state: 'skipped', failure: null })
    // The pod of the first try ends while the second is under way.
    const [launch] = await run.store.launches.currentLaunches()
    const second = await startedWorker(run, 'a', 2)
    if (!launch) throw new Error('the first launch is not over')
    const end = run.outcome(launch, failing.podUid, { state: 'failed', failure: crash, exitCode: 1 })
    expect(await run.store.launches.commitOutcomes([end])).toEqual([
      { accepted: true, state: 'up_for_retry', failure: crash },
    ])
    expect(await run.store.heartbeat(second)).toBe(true)
    expect(await run.store.finishTask(second, { state: 'success' })).toBe(true)
    expect((await run.tries()).map(({ taskId, tryNumber, state, info }) => [taskId, tryNumber, state, info])).toEqual([
      ['a', 1, 'up_for_retry', null],
      ['a', 2, 'success', null],
      ['b', 1, 'skipped', 'no data'],
    ])
  })

  it('fails a function task whose pod ended without a word of its worker', async () => {
    await using run = await OpenRun.open([
      { taskId: 'a', kind: 'function' },
      { taskId: 'b', kind: 'function' },
    ])
    const worker = await startedWorker(run, 'a')
    const silent = await run.launched('b')
    const started = (await run.store.launches.currentLaunches()).find(({ key }) => key.taskId === 'a')
    if (!started) throw new Error('the launch is not over')
    expect(
      await run.store.launches.commitOutcomes([run.outcome(started, worker.podUid), run.outcome(silent, 'u2')]),
    ).toMatchObject([
      { accepted: true, state: 'failed', failure: { class: 'unknown' } },
      { accepted: true, state: 'failed', failure: { class: 'config' } },
    ])
    expect(await run.store.finishTask(worker, { state: 'success' })).toBe(false)
  })
})

describe('pullXcom', () => {
  it('gives results as downstream tasks see them', async () => {
    await using run = await OpenRun.open([
      { taskId: 'one', kind: 'function' },
      { taskId: 'none', kind: 'function' },
      { taskId: 'each', kind: 'function', map: { kind: 'items', items: [10, 20, 30] } },
      { taskId: 'empty', kind: 'function', map: { kind: 'items', items: [] } },
      { taskId: 'reader', kind: 'function' },
    ])
    const finish = async (taskId: string, mapIndex: number, outcome: { state: 'success'; result?: number }) => {
      await run.store.finishTask(await startedWorker(run, taskId, 1, mapIndex), outcome)
    }
    await finish('one', -1, { state: 'success', result: 1 })
    await finish('none', -1, { state: 'success' })
    await finish('each', 2, { state: 'success', result: 300 })
    await finish('each', 0, { state: 'success', result: 100 })
    const reader = await startedWorker(run, 'reader')
    const pull = (taskId: string) => run.store.pullXcom(reader, taskId)
    expect(await pull('one')).toBe(1)
    expect(await pull('none')).toBeNull()
    expect(await pull('each')).toEqual([100, null, 300])
    expect(await pull('empty')).toEqual([])
    expect(await pull('nobody')).toBeNull()
    expect(await run.store.results('sales', RUN_ID, ['one', 'each'])).toEqual({ one: 1, each: [100, null, 300] })
    await run.store.finishTask(reader, { state: 'success' })
    expect(await pull('one')).toBeNull()
  })
})
