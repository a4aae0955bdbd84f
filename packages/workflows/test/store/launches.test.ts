import type { Failure } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { OpenRun } from '../support/open-run.ts'

const userFailure: Failure = { class: 'user', evidence: 'exitCode=1', message: 'exit code 1' }
const nodeLost: Failure = { class: 'infrastructure', evidence: 'status.reason=NodeLost', message: 'the node was lost' }

describe('recordLaunch', () => {
  it('gives the same launch the same token each time', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const launch = await run.launched('a')
    const first = await run.store.launches.recordLaunch({ launch })
    const again = await run.store.launches.recordLaunch({ launch })
    expect(first).toEqual({ recorded: true, env: { DAVIT_LAUNCH_TOKEN: expect.stringMatching(/^[\w-]{43}$/) } })
    expect(again).toEqual(first)
    expect(await run.store.launches.currentLaunches()).toEqual([launch])
  })

  it('names the pod and the time of the first launch in the task instance', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const launch = await run.launched('a')
    await run.clock.advance(1_000)
    await run.store.launches.recordLaunch({
      launch: run.launch(launch.key, 2),
      supersedes: { launchId: launch.id, failure: nodeLost },
    })
    expect(await run.instance('a')).toMatchObject({
      state: 'queued',
      tryNumber: 1,
      podName: 'a--1-1-2',
      launchId: '1-2-a-1',
      queuedAt: '2026-01-01T00:00:00.000Z',
    })
  })

  it('refuses a task instance that is not queued for this try', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', retries: 1 }])
    const record = (tryNumber: number) =>
      run.store.launches.recordLaunch({ launch: run.launch(run.key('a', tryNumber)) })
    expect(await record(1)).toEqual({
      recorded: false,
      reason: 'try 1 is over: the task instance is not scheduled, try 0',
    })
    const launch = await run.launched('a')
    expect(await record(2)).toMatchObject({ recorded: false })
    await run.store.launches.commitOutcomes([run.outcome(launch, 'u1', { state: 'failed', failure: userFailure })])
    expect(await record(1)).toMatchObject({ recorded: false })
  })

  it('refuses a second launch beside the current one', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const launch = await run.launched('a')
    expect(await run.store.launches.recordLaunch({ launch: run.launch(launch.key, 2) })).toEqual({
      recorded: false,
      reason: 'launch 1-1-a-1 of this try is the current one',
    })
  })

  it('charges a superseded launch to infrastructureRetries, and fails the try when they are used up', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', infrastructureRetries: 2, retries: 1 }])
    const first = await run.launched('a')
    let last = first
    for (const number of [2, 3]) {
      const next = run.launch(first.key, number)
      const request = { launch: next, supersedes: { launchId: last.id, failure: nodeLost } }
      expect(await run.store.launches.recordLaunch(request)).toMatchObject({ recorded: true })
      // After a lost answer: the same, and charged once.
      expect(await run.store.launches.recordLaunch(request)).toMatchObject({ recorded: true })
      last = next
    }
    const request = { launch: run.launch(first.key, 4), supersedes: { launchId: last.id, failure: nodeLost } }
    expect(await run.store.launches.recordLaunch(request)).toEqual({
      recorded: false,
      reason: 'infrastructureRetries (2) are used up: the node was lost',
    })
    expect(await run.store.launches.recordLaunch(request)).toMatchObject({ recorded: false })
    // The user's own retry follows, as it would after any other failure.
    expect(await run.instance('a')).toMatchObject({ state: 'up_for_retry', failure: nodeLost })
    expect(await run.tries()).toMatchObject([
      { tryNumber: 1, state: 'up_for_retry', failure: nodeLost, infrastructureFailures: 2, launchId: '1-3-a-1' },
    ])
    expect(await run.store.launches.currentLaunches()).toEqual([])
    // A new try has a budget of its own.
    await run.clock.advance(10_000)
    const retry = await run.launched('a', 2)
    expect(
      await run.store.launches.recordLaunch({
        launch: run.launch(retry.key, 2),
        supersedes: { launchId: retry.id, failure: nodeLost },
      }),
    ).toMatchObject({ recorded: true })
  })

  it('charges nothing when a launch was revoked and another number is taken', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', infrastructureRetries: 0 }])
    const launch = await run.launched('a')
    await run.store.launches.revokeLaunch?.(launch)
    const next = run.launch(launch.key, 2)
    expect(await run.store.launches.recordLaunch({ launch: next })).toMatchObject({ recorded: true })
    await run.store.launches.commitOutcomes([run.outcome(next, 'u2')])
    expect(await run.tries()).toMatchObject([{ state: 'success', infrastructureFailures: 0 }])
  })
})

describe('bindPod', () => {
  it('binds one uid for ever', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const launch = await run.launched('a')
    const { launches } = run.store
    expect(await launches.bindPod(launch, 'u1')).toBe(true)
    expect(await launches.bindPod(launch, 'u1')).toBe(true)
    expect(await launches.bindPod(launch, 'u2')).toBe(false)
    expect(await launches.currentLaunches()).toEqual([{ ...launch, uid: 'u1' }])
  })

  it('refuses the pods of launches that are superseded, revoked or unknown', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const { launches } = run.store
    const launch = await run.launched('a')
    const next = run.launch(launch.key, 2)
    await launches.recordLaunch({ launch: next, supersedes: { launchId: launch.id, failure: nodeLost } })
    expect(await launches.bindPod(launch, 'u1')).toBe(false)
    await launches.revokeLaunch?.(next)
    expect(await launches.bindPod(next, 'u2')).toBe(false)
    expect(await launches.bindPod(run.launch(launch.key, 3), 'u3')).toBe(false)
  })
})

describe('commitOutcomes', () => {
  it('records success with its result once, and says the same when it is asked again', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const launch = await run.launched('a')
    const outcome = run.outcome(launch, 'u1', {
      terminationMessage: '{"rows":3}',
      containerCount: 1,
      logPath: 'logs/a.log',
      startedAt: '2026-01-01T00:00:00Z',
    })
    await run.clock.advance(2_500)
    const once = await run.store.launches.commitOutcomes([outcome])
    expect(once).toEqual([{ accepted: true, state: 'success' }])
    expect(await run.store.launches.commitOutcomes([outcome])).toEqual(once)
    expect(await run.instance('a')).toMatchObject({
      state: 'success',
      result: { rows: 3 },
      logPath: 'logs/a.log',
      failure: null,
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:02.500Z',
    })
    expect(await run.tries()).toHaveLength(1)
  })

  it('retries, then fails, each try charged once', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', retries: 1, retryDelaySeconds: 5 }])
    const fail = { state: 'failed', failure: userFailure, exitCode: 1 } as const
    const first = await run.launched('a')
    const committed = await run.store.launches.commitOutcomes([run.outcome(first, 'u1', fail)])
    expect(committed).toEqual([{ accepted: true, state: 'up_for_retry', failure: userFailure }])
    expect(await run.instance('a')).toMatchObject({
      state: 'up_for_retry',
      nextTryAt: '2026-01-01T00:00:05.000Z',
      failure: userFailure,
    })
    const second = await run.launched('a', 2)
    // The end of the first launch, told again: it has been accounted for, and the second try is not touched.
    expect(await run.store.launches.commitOutcomes([run.outcome(first, 'u1', fail)])).toEqual(committed)
    expect(await run.instance('a')).toMatchObject({ state: 'queued', tryNumber: 2, failure: null })
    expect(await run.store.launches.commitOutcomes([run.outcome(second, 'u2', fail)])).toEqual([
      { accepted: true, state: 'failed', failure: userFailure },
    ])
    expect((await run.tries()).map(({ tryNumber, state, podName }) => [tryNumber, state, podName])).toEqual([
      [1, 'up_for_retry', 'a--1-1-1'],
      [2, 'failed', 'a--1-2-1'],
    ])
  })

  it('changes nothing by a launch or uid that is not the current one (I2)', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const { launches } = run.store
    const launch = await run.launched('a')
    await launches.bindPod(launch, 'u1')
    const next = run.launch(launch.key, 2)
    const refusals = async () => [
      ...(await launches.commitOutcomes([run.outcome(launch, 'u2'), run.outcome(launch, null)])),
      ...(await launches.commitOutcomes([run.outcome(run.launch(launch.key, 9), 'u9')])),
    ]
    expect(await refusals()).toEqual([
      { accepted: false, state: 'queued' },
      { accepted: false, state: 'queued' },
      { accepted: false, state: null },
    ])
    await launches.recordLaunch({ launch: next, supersedes: { launchId: launch.id, failure: nodeLost } })
    expect(await launches.commitOutcomes([run.outcome(launch, 'u1')])).toEqual([{ accepted: false, state: 'queued' }])
    expect(await run.tries()).toEqual([])
    expect(await launches.commitOutcomes([run.outcome(next, 'u2')])).toEqual([{ accepted: true, state: 'success' }])
  })

  it('takes the failure of a launch that never had a pod', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const launch = await run.launched('a')
    const failure: Failure = { class: 'config', evidence: 'spec.containers[0].image=invalid', message: 'no image' }
    expect(await run.store.launches.commitOutcomes([run.outcome(launch, null, { state: 'failed', failure })])).toEqual([
      { accepted: true, state: 'failed', failure },
    ])
  })

  it('fails a task whose result is mapped over and is no array', async () => {
    await using run = await OpenRun.open([
      { taskId: 'list' },
      { taskId: 'each', upstream: ['list'], map: { kind: 'task', taskId: 'list' } },
    ])
    const launch = await run.launched('list')
    const outcome = run.outcome(launch, 'u1', { terminationMessage: '{"rows":3}' })
    expect(await run.store.launches.commitOutcomes([outcome])).toMatchObject([{ state: 'failed' }])
    expect(await run.instance('list')).toMatchObject({ state: 'failed', failure: { class: 'config' } })
    expect('result' in (await run.instance('list'))).toBe(false)
  })

  it('skips on an exit code that means skipped', async () => {
    await using run = await OpenRun.open([{ taskId: 'a', skipOnExitCode: [99], retries: 3 }])
    const launch = await run.launched('a')
    const outcome = run.outcome(launch, 'u1', { state: 'failed', failure: userFailure, exitCode: 99 })
    expect(await run.store.launches.commitOutcomes([outcome])).toEqual([{ accepted: true, state: 'skipped' }])
    expect(await run.tries()).toMatchObject([{ state: 'skipped', info: 'exit code 99 means skipped' }])
  })

  it('does not take the cluster clock for more than it says', async () => {
    await using run = await OpenRun.open([{ taskId: 'early' }, { taskId: 'late' }])
    await run.clock.advance(500)
    const early = await run.launched('early')
    const late = await run.launched('late')
    await run.clock.advance(1_000)
    await run.store.launches.commitOutcomes([
      // Whole seconds, cut off: before the launch, by our clock.
      run.outcome(early, 'u1', { startedAt: '2026-01-01T00:00:00Z' }),
      run.outcome(late, 'u2', { startedAt: '2026-01-01T00:01:00Z' }),
    ])
    expect(await run.instance('early')).toMatchObject({ startedAt: '2026-01-01T00:00:00.500Z' })
    expect(await run.instance('late')).toMatchObject({
      startedAt: '2026-01-01T00:00:01.500Z',
      endedAt: '2026-01-01T00:00:01.500Z',
    })
  })
})

describe('requeue', () => {
  it('makes the next claim the same try, and its launch the same launch', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const { launches } = run.store
    const launch = await run.launched('a')
    const token = await run.token(launch)
    expect(await launches.queuedTaskInstances()).toEqual([{ key: launch.key, queuedByJobId: 'job-1' }])
    await launches.requeue([launch.key])
    await launches.requeue([launch.key])
    expect(await run.instance('a')).toMatchObject({ state: 'scheduled', tryNumber: 0 })
    expect(await launches.queuedTaskInstances()).toEqual([])
    expect(await launches.bindPod(launch, 'u1')).toBe(false)
    expect(await run.launched('a')).toEqual(launch)
    expect(await run.token(launch)).toBe(token)
    expect(await launches.bindPod(launch, 'u2')).toBe(true)
  })

  it('leaves a task instance alone that has gone on', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const launch = await run.launched('a')
    await run.store.scheduling.markRunning([launch.key])
    await run.store.launches.requeue([launch.key])
    expect(await run.instance('a')).toMatchObject({ state: 'running', tryNumber: 1 })
  })
})

describe('resourceVersions', () => {
  it('keeps the last version of each namespace', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    const { resourceVersions } = run.store.launches
    expect(await resourceVersions.load()).toEqual(new Map())
    await resourceVersions.save(new Map([['', '5']]))
    await resourceVersions.save(
      new Map([
        ['', '9'],
        ['jobs', '7'],
      ]),
    )
    expect(await resourceVersions.load()).toEqual(
      new Map([
        ['', '9'],
        ['jobs', '7'],
      ]),
    )
  })
})
