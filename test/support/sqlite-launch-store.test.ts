import { join } from 'node:path'
import type { Failure, Launch, LaunchOutcome, TaskInstanceKey } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import type { ClaimedTry, QueuedTaskInstance } from './launch-store/scheduling.ts'
import { SqliteLaunchStore, type SqliteLaunchStoreOptions } from './sqlite-launch-store.ts'
import { temporaryFolder } from './temporary-folder.ts'

const START = Date.parse('2026-01-01T00:00:00Z')
const nodeLost: Failure = { class: 'infrastructure', evidence: 'status.reason=NodeLost', message: 'node lost' }
const exitCode: Failure = { class: 'user', evidence: 'exitCode=1', message: 'exit code 1' }

function keyOf(taskId: string): Omit<TaskInstanceKey, 'tryNumber'> {
  return { dagId: 'sales', taskId, runId: 'r1', mapIndex: -1 }
}

function launchOf({ key, launchNumber: number }: ClaimedTry, owner: string): Launch {
  const id = `${key.tryNumber}-${number}-${key.taskId}`
  return { id, key, number, podName: `sales-${key.taskId}-${number}`, namespace: 'n', owner }
}

function failed(launch: Launch, failure: Failure): LaunchOutcome {
  return { launch, state: 'failed', info: null, failure }
}

/** A store in memory whose clock is told what time it is; `seconds` passes time. */
function openStore(options: Partial<SqliteLaunchStoreOptions> = {}) {
  let nowMs = START
  const store = new SqliteLaunchStore({ path: ':memory:', now: () => nowMs, ...options })
  return {
    store,
    [Symbol.dispose]: () => store.close(),
    pass: (seconds: number) => {
      nowMs += seconds * 1000
    },
    /** Queued, claimed and recorded for a job. */
    launched: async (taskId: string, jobId: string, more: Partial<QueuedTaskInstance> = {}) => {
      await store.queue([{ key: keyOf(taskId), ...more }])
      return again(store, jobId)
    },
    states: async () => (await store.taskInstances()).map(({ state }) => state),
    /** What the journal says, but for the routine. */
    said: () =>
      store
        .journal()
        .filter(({ what }) => !['queued', 'claimed', 'recorded', 'bound', 'leased'].includes(what))
        .map(({ what, job }) => `${what} ${job}`),
  }
}

/** The next launch of what there is to claim, recorded. */
async function again(store: SqliteLaunchStore, jobId: string): Promise<Launch> {
  const [claimed] = await store.claim(jobId, 1)
  if (!claimed) throw new Error('nothing to claim')
  const launch = launchOf(claimed, jobId)
  expect(await store.recordLaunch({ launch })).toEqual({ recorded: true, env: {} })
  return launch
}

describe('SqliteLaunchStore: scheduling', () => {
  it('gives each try to one job, highest priority first', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'store.sqlite')
    const first = new SqliteLaunchStore({ path })
    const second = new SqliteLaunchStore({ path })
    const task = (taskId: string, priority: number) => ({ key: keyOf(taskId), priority, payload: { runMs: priority } })
    await first.queue([task('a', 1), task('b', 3), task('c', 2)])
    expect(await second.claim('2', 2)).toMatchObject([
      { key: { taskId: 'b', tryNumber: 1 }, launchNumber: 1, payload: { runMs: 3 } },
      { key: { taskId: 'c' } },
    ])
    expect(await first.claim('1', 2)).toMatchObject([{ key: { taskId: 'a' } }])
    expect((await second.taskInstances()).map(({ queuedByJobId }) => queuedByJobId)).toEqual(['1', '2', '2'])
    first.close()
    second.close()
  })

  it('charges a failed try to the user’s retries, and an infrastructure failure to the other budget', async () => {
    using run = openStore()
    const { store } = run
    const more = { retries: 1, infrastructureRetries: 1, retryDelaySeconds: 5 }
    const first = await run.launched('a', '1', more)
    expect(await store.commitOutcomes([failed(first, nodeLost)])).toMatchObject([
      { accepted: true, state: 'scheduled' },
    ])
    const second = await again(store, '1')
    expect(second).toMatchObject({ number: 2, key: { tryNumber: 1 } })
    expect(await store.commitOutcomes([failed(second, nodeLost)])).toMatchObject([{ state: 'up_for_retry' }])
    expect(await store.claim('1', 1)).toEqual([])
    run.pass(5)
    const third = await again(store, '1')
    expect(third).toMatchObject({ number: 1, key: { tryNumber: 2 } })
    expect(await store.commitOutcomes([failed(third, exitCode)])).toMatchObject([
      { state: 'failed', failure: exitCode },
    ])
    const charges = store.journal().filter(({ what }) => what === 'charged')
    expect(charges.map(({ key, detail }) => [key?.tryNumber, detail.budget])).toEqual([
      [1, 'infrastructureRetries'],
      [1, 'retries'],
      [2, 'retries'],
    ])
  })

  it('ends the try when a launch is to be superseded and the budget is used up', async () => {
    using run = openStore()
    const { store } = run
    const first = await run.launched('a', '1', { infrastructureRetries: 1 })
    const next = (number: number) => ({ ...first, id: `1-${number}-a`, number })
    const replace = (number: number) =>
      store.recordLaunch({ launch: next(number), supersedes: { launchId: `1-${number - 1}-a`, failure: nodeLost } })
    expect(await replace(2)).toMatchObject({ recorded: true })
    expect(await replace(2)).toMatchObject({ recorded: true })
    expect(await replace(3)).toMatchObject({ recorded: false, reason: expect.stringContaining('used up') })
    expect(await run.states()).toEqual(['failed'])
    expect(run.said()).toEqual(['superseded 1', 'charged 1', 'ended 1', 'tryEnded 1', 'charged 1', 'refused 1'])
  })

  it('puts back what a dead job left without a pod, and repeats its launch', async () => {
    using run = openStore()
    const { store } = run
    await store.jobs.renew('1', 30)
    const bound = await run.launched('bound', '1')
    await store.bindPod(bound, 'u1')
    await run.launched('unbound', '1')
    await store.queue([{ key: keyOf('claimed') }])
    await store.claim('1', 1)
    expect(await store.orphans('2')).toEqual([])
    run.pass(31)
    const orphans = await store.orphans('2')
    expect(orphans.map(({ key, queuedByJobId }) => [key.taskId, queuedByJobId])).toEqual([
      ['bound', '1'],
      ['unbound', '1'],
      ['claimed', '1'],
    ])
    await store.resetOrphans('2', orphans)
    expect(await run.states()).toEqual(['queued', 'scheduled', 'scheduled'])
    await store.jobs.renew('2', 30)
    expect((await store.claim('2', 5)).map(({ launchNumber }) => launchNumber)).toEqual([1, 1])
    expect(run.said()).toEqual(['kept 2', 'requeued 2', 'requeued 2', 'takenOver 2'])
    expect(await store.jobs.renew('1', 30)).toBe(1)
  })

  it('resets nothing of a job that lives', async () => {
    using run = openStore()
    const { store } = run
    await store.jobs.renew('1', 30)
    const { key } = await run.launched('a', '1')
    await store.resetOrphans('2', [key])
    expect(await run.states()).toEqual(['queued'])
  })

  it('requeues what has no pod, by the name of who queued it', async () => {
    using run = openStore()
    const { key } = await run.launched('a', '1')
    const bound = await run.launched('b', '1')
    await run.store.bindPod(bound, 'u1')
    await run.store.requeue([key, bound.key])
    expect(await run.states()).toEqual(['scheduled', 'queued'])
  })

  it('revokes for the user: the try has failed, and its launch counts for nothing', async () => {
    using run = openStore()
    const { store } = run
    const launch = await run.launched('a', '1')
    expect(await store.revoke([launch.key])).toMatchObject([{ key: launch.key, queuedByJobId: '1' }])
    expect(await store.revoke([launch.key])).toEqual([])
    expect(await store.bindPod(launch, 'u1')).toBe(false)
    expect(await store.commitOutcomes([{ launch, state: 'success', info: null }])).toEqual([
      { accepted: false, state: 'failed' },
    ])
    expect(await store.recordLaunch({ launch })).toMatchObject({ recorded: false })
  })
})

describe('SqliteLaunchStore: launches', () => {
  it('I2: binds one uid, and accepts the outcome of that pod, once', async () => {
    using run = openStore()
    const { store } = run
    const launch = await run.launched('a', '1')
    expect(await store.recordLaunch({ launch })).toMatchObject({ recorded: true })
    expect([await store.bindPod(launch, 'u1'), await store.bindPod(launch, 'u1')]).toEqual([true, true])
    expect(await store.bindPod(launch, 'u2')).toBe(false)
    const end = (uid: string) => ({ launch: { ...launch, uid }, state: 'success', info: null }) as const
    const [other, ours, repeated] = await store.commitOutcomes([end('u2'), end('u1'), end('u1')])
    expect([other, ours, repeated]).toEqual([
      { accepted: false, state: 'queued' },
      { accepted: true, state: 'success' },
      { accepted: true, state: 'success' },
    ])
    expect(await store.currentLaunches()).toEqual([])
    expect(run.said().filter((line) => line === 'tryEnded 1')).toHaveLength(1)
  })

  it('records a launch only for the job that has claimed the try, while that lasts', async () => {
    using run = openStore()
    const { store } = run
    await store.queue([{ key: keyOf('a') }])
    const [claimed] = await store.claim('1', 1)
    if (!claimed) throw new Error('nothing to claim')
    const other = launchOf(claimed, '2')
    expect(await store.recordLaunch({ launch: other })).toMatchObject({ recorded: false, takenOver: true })
    await store.resetOrphans('2', [claimed.key])
    const late = launchOf(claimed, '1')
    expect(await store.recordLaunch({ launch: late })).toMatchObject({ recorded: false, takenOver: true })
    expect(await store.currentLaunches()).toEqual([])
  })

  it('revokes a launch that is current, and says no to one that has ended', async () => {
    using run = openStore()
    const { store } = run
    const [first, second] = [await run.launched('a', '1'), await run.launched('b', '1')]
    expect([await store.revokeLaunch(first), await store.revokeLaunch(first)]).toEqual([true, true])
    await store.commitOutcomes([failed(second, exitCode)])
    expect(await store.revokeLaunch(second)).toBe(false)
  })
})

describe('SqliteLaunchStore: leases', () => {
  it('takes over from a job whose lease has ended, and from no other, by the store’s clock', async () => {
    using run = openStore()
    const { store } = run
    expect(await store.jobs.renew('1', 30)).toBe(0)
    const launch = await run.launched('a', '1')
    await store.jobs.renew('2', 30)
    expect(await store.jobs.takeOver('2', [launch.key])).toEqual([])
    expect(await store.jobs.takeOver('1', [launch.key])).toEqual([launch])
    run.pass(29)
    await store.jobs.renew('2', 30)
    expect(await store.jobs.alive()).toEqual(['1', '2'])
    run.pass(1)
    expect(await store.jobs.alive()).toEqual(['2'])
    const ours = [{ ...launch, owner: '2' }]
    expect(await store.jobs.takeOver('2', [launch.key])).toEqual(ours)
    expect(await store.jobs.takeOver('2', [launch.key])).toEqual(ours)
    expect(await store.taskInstances()).toMatchObject([{ queuedByJobId: '2' }])
    expect([await store.jobs.renew('1', 30), await store.jobs.renew('1', 30)]).toEqual([1, 1])
    expect(run.said()).toEqual(['takenOver 2', 'leaseLost 1'])
  })

  it('refuses every write of the former owner, in words of its own', async () => {
    using run = openStore()
    const { store } = run
    const launch = await run.launched('a', '1')
    await store.bindPod(launch, 'u1')
    await store.jobs.takeOver('2', [launch.key])
    const next = { ...launch, id: '1-2-a', number: 2 }
    const supersedes = { launchId: launch.id, failure: nodeLost }
    expect(await store.recordLaunch({ launch })).toMatchObject({ recorded: false, takenOver: true })
    expect(await store.recordLaunch({ launch: next, supersedes })).toMatchObject({ recorded: false, takenOver: true })
    expect(await store.bindPod(launch, 'u1')).toBe('takenOver')
    expect(await store.revokeLaunch(launch)).toBe(false)
    const end = { launch: { ...launch, uid: 'u1' }, state: 'success', info: null } as const
    expect(await store.commitOutcomes([end])).toEqual([{ accepted: false, state: 'queued', takenOver: true }])
    const mine = { ...end, launch: { ...end.launch, owner: '2' } }
    expect(await store.commitOutcomes([mine])).toEqual([{ accepted: true, state: 'success' }])
  })

  it('ends a released lease at once', async () => {
    using run = openStore()
    const { store } = run
    await store.jobs.renew('1', 30)
    const launch = await run.launched('a', '1')
    await store.jobs.release('1')
    await store.jobs.release('1')
    expect(await store.jobs.alive()).toEqual([])
    expect(await store.jobs.takeOver('2', [launch.key])).toHaveLength(1)
  })

  it('without leases whoever commits first reports, and orphans are those of who asks', async () => {
    using run = openStore({ leases: false })
    const { store } = run
    expect(store.leases).toBeUndefined()
    const launch = await run.launched('a', '1')
    await store.bindPod(launch, 'u1')
    expect(await store.orphans('2')).toMatchObject([{ queuedByJobId: '1' }])
    await store.jobs.renew('2', 30)
    expect(await store.orphans('3')).toEqual([])
    const end = (owner: string) => ({ launch: { ...launch, uid: 'u1', owner }, state: 'success', info: null }) as const
    expect(await store.bindPod({ ...launch, owner: '2' }, 'u1')).toBe(true)
    expect(await store.commitOutcomes([end('2'), end('1'), end('2')])).toEqual([
      { accepted: true, state: 'success' },
      { accepted: false, state: 'success', takenOver: true },
      { accepted: true, state: 'success' },
    ])
  })
})

it('keeps resource versions', async () => {
  using run = openStore()
  await run.store.resourceVersions.save(new Map([['n', '7']]))
  await run.store.resourceVersions.save(new Map([['n', '8']]))
  expect(await run.store.resourceVersions.load()).toEqual(new Map([['n', '8']]))
})
