import { describe, expect, it } from 'vitest'
import { OpenRun, RUN_ID } from '../support/open-run.ts'

describe('cancelRun', () => {
  it('fails what was launched, skips what waits, and revokes what could still change it', async () => {
    await using run = await OpenRun.open([
      { taskId: 'done' },
      { taskId: 'running' },
      { taskId: 'pending' },
      { taskId: 'claimed' },
      { taskId: 'scheduled' },
      { taskId: 'retrying', retries: 3 },
      { taskId: 'later', upstream: ['running'] },
      { taskId: 'each', upstream: ['running'], map: { kind: 'items', items: [1, 2] } },
    ])
    const { store } = run
    const fail = { class: 'user', evidence: 'exitCode=1', message: 'exit code 1' } as const
    await store.launches.commitOutcomes([run.outcome(await run.launched('done'), 'u1')])
    const running = await run.launched('running')
    await store.launches.bindPod(running, 'u2')
    await store.scheduling.markRunning([running.key])
    const pending = await run.launched('pending')
    const claimed = await run.claimed('claimed')
    await store.scheduling.decide([{ dagId: 'sales', runId: RUN_ID, taskId: 'scheduled', state: 'scheduled' }])
    const retrying = await run.launched('retrying')
    await store.launches.commitOutcomes([run.outcome(retrying, 'u3', { state: 'failed', failure: fail })])
    await run.clock.advance(1_000)

    const revoked = await store.cancelRun('sales', RUN_ID)
    expect(revoked.map(({ key }) => key.taskId).toSorted()).toEqual(['claimed', 'pending', 'running'])
    expect(revoked).toContainEqual({ key: claimed, queuedByJobId: 'job-1' })
    const rows = await store.taskInstances('sales', RUN_ID)
    const cancelled = { class: 'user', evidence: 'dagRun.cancelled=true', message: 'the run was cancelled' }
    expect(
      rows.map(({ taskId, mapIndex, state, tryNumber, failure }) => [taskId, mapIndex, state, tryNumber, failure]),
    ).toEqual([
      ['claimed', -1, 'skipped', 0, null],
      ['done', -1, 'success', 1, null],
      ['each', 0, 'skipped', 0, null],
      ['each', 1, 'skipped', 0, null],
      ['later', -1, 'skipped', 0, null],
      ['pending', -1, 'failed', 1, cancelled],
      ['retrying', -1, 'skipped', 1, null],
      ['running', -1, 'failed', 1, cancelled],
      ['scheduled', -1, 'skipped', 0, null],
    ])
    expect(await store.dagRun('sales', RUN_ID)).toMatchObject({
      state: 'failed',
      endedAt: '2026-01-01T00:00:01.000Z',
    })
    expect(await store.activeRuns()).toEqual([])

    // Nothing that comes later changes it.
    expect(await store.launches.commitOutcomes([run.outcome(running, 'u2')])).toEqual([
      { accepted: false, state: 'failed', failure: cancelled },
    ])
    expect(await store.launches.bindPod(pending, 'u9')).toBe(false)
    expect(await store.launches.recordLaunch({ launch: run.launch(claimed) })).toMatchObject({ recorded: false })
    expect(await store.cancelRun('sales', RUN_ID)).toEqual([])
    expect(await store.scheduling.finishRun('sales', RUN_ID, 'success')).toBe(false)
    expect((await run.tries()).map(({ taskId, state }) => [taskId, state])).toEqual([
      ['done', 'success'],
      ['pending', 'failed'],
      ['retrying', 'up_for_retry'],
      ['running', 'failed'],
    ])
  })

  it('tells a worker that it must stop', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', kind: 'function', retries: 5 }])
    const launch = await run.launched('a')
    const worker = await run.store.exchangeLaunchToken(await run.token(launch), 'u1')
    if (!worker) throw new Error('the token was refused')
    await run.store.startTask(worker)
    await run.store.cancelRun('sales', RUN_ID)
    expect(await run.store.heartbeat(worker)).toBe(false)
    expect(await run.store.finishTask(worker, { state: 'success' })).toBe(false)
    expect(await run.instance('a')).toMatchObject({ state: 'failed' })
  })
})
