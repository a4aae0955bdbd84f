import { describe, expect, it } from 'vitest'
import { scriptedWorkload, taskKey } from './scripted-workload.ts'
import { startTimedCluster } from './timed-cluster.ts'

const HOUR_MS = 3_600_000

/** What the server was asked of pods, and when. */
async function play(seed: number) {
  await using timed = await startTimedCluster({ seed })
  const { cluster, clock } = timed
  const begin = clock.now()
  const first = await timed.startExecutor({ jobId: '1' })
  const second = await timed.startExecutor({ jobId: '2' })
  for (const [index, { submit }] of [first, second, first, second, first].entries()) {
    submit(scriptedWorkload(taskKey(`t${index}`), { runMs: Math.round(timed.random() * 60_000) }))
  }
  cluster.faults.refuse({ match: { verb: 'create', resource: 'pods' }, code: 500, count: 3 })
  await timed.advance(10_000)
  cluster.faults.dropWatches()
  await timed.advance(90_000)
  return cluster.requests
    .list({ resource: 'pods' })
    .map(({ at, verb, name, uid, code, userAgent }) => `${at - begin} ${verb} ${name} ${uid} ${code} ${userAgent}`)
}

describe('a timed cluster', () => {
  it('runs a task to its end while the clock is moved', async () => {
    await using timed = await startTimedCluster()
    const key = taskKey('one')
    const { submit, events, ends, executor } = await timed.startExecutor()
    submit(scriptedWorkload(key, { runMs: HOUR_MS, exitCode: 3 }))
    await timed.settle()
    expect(events(key).map(({ state }) => state)).toEqual(['queued', 'running'])
    await timed.advance(HOUR_MS - 1)
    expect(ends(key)).toEqual([])
    await timed.advance(1)
    expect(ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'user' } }])
    expect(executor.slotsOccupied).toBe(0)
  })

  it('does the same again with the same seed, and something else with another', async () => {
    const run = await play(7)
    expect(run.length).toBeGreaterThan(15)
    expect(await play(7)).toEqual(run)
    expect(await play(8)).not.toEqual(run)
  })

  it('passes a quarter of an hour in well under a second', async () => {
    await using timed = await startTimedCluster()
    const { submit } = await timed.startExecutor()
    submit(scriptedWorkload(taskKey('long'), { runMs: 2 * HOUR_MS }))
    const startedAt = performance.now()
    await timed.advance(15 * 60_000)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  it('waits for conditions and promises by its own clock', async () => {
    await using timed = await startTimedCluster()
    const { clock } = timed
    const begin = clock.now()
    const slow = new Promise<string>((resolve) => clock.setTimeout(() => resolve('here'), 90_000))
    expect(await timed.during(slow)).toBe('here')
    expect(clock.now() - begin).toBe(90_000)
    await expect(timed.during(new Promise(() => {}), { withinMs: 5_000 })).rejects.toThrow('within 5000 ms')
    expect(await timed.until(() => clock.now() >= begin + 100_000 && 'late')).toBe('late')
    await expect(timed.until(() => false, { withinMs: 1_000 })).rejects.toThrow('within 1000 ms')
  })

  it('leaves no timer and no connection', async () => {
    const timed = await startTimedCluster()
    const { submit, wire } = await timed.startExecutor()
    submit(scriptedWorkload(taskKey('held'), { hold: true }))
    await timed.advance(20_000)
    expect(wire.openConnections).toBeGreaterThan(0)
    await timed[Symbol.asyncDispose]()
    expect([timed.clock.pendingCount, wire.openConnections]).toEqual([0, 0])
  })
})

describe('the wire of an executor', () => {
  it('is silent while it is held: the watch is opened anew after 150 s', async () => {
    await using timed = await startTimedCluster()
    const { submit, wire, ends } = await timed.startExecutor()
    const key = taskKey('unseen')
    submit(scriptedWorkload(key, { runMs: 5_000 }))
    await timed.settle()
    wire.hold()
    await timed.advance(160_000)
    expect(ends(key)).toEqual([])
    wire.release()
    await timed.until(() => ends(key).length === 1, { withinMs: 60_000 })
    expect(timed.cluster.requests.count({ verb: 'watch' })).toBe(2)
  })

  it('is opened anew when its connections were forgotten', async () => {
    await using timed = await startTimedCluster()
    const { submit, wire, ends } = await timed.startExecutor()
    const key = taskKey('unseen')
    submit(scriptedWorkload(key, { runMs: 5_000 }))
    await timed.settle()
    expect(wire.strand()).toBe(2)
    await timed.until(() => ends(key).length === 1, { withinMs: 200_000 })
  })

  it('refuses while it is down, and breaks at once', async () => {
    await using timed = await startTimedCluster()
    const { submit, wire, ends } = await timed.startExecutor()
    wire.setDown(true)
    expect(wire.break()).toBeGreaterThan(0)
    const key = taskKey('late')
    submit(scriptedWorkload(key, {}))
    await timed.advance(60_000)
    expect(timed.cluster.requests.count({ verb: 'create', resource: 'pods', subresource: '' })).toBe(0)
    wire.setDown(false)
    await timed.until(() => ends(key).length === 1)
  })
})
