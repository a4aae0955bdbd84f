import type { KubeClient } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { type Tampering, tamperedWatches, type WatchCounts } from '../support/tampered-watches.ts'
import { startTimedCluster, type TimedExecutor } from '../support/timed-cluster.ts'

const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS
/** How long a watch may be silent. */
const SILENCE_MS = 150 * SECOND_MS
const WATCHES = { verb: 'watch', resource: 'pods' } as const

const keysOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, mapIndex) => taskKey(name, { mapIndex }))
const unended = ({ ends }: TimedExecutor, keys: ReturnType<typeof keysOf>) =>
  keys.filter((key) => ends(key).length !== 1).length

/** For `wrapKube`; `counts()` once the executor was started. */
function spy(tampering: Tampering = {}) {
  let counts: WatchCounts | undefined
  return {
    wrapKube(kube: KubeClient) {
      const tampered = tamperedWatches(kube, tampering)
      counts = tampered.counts
      return tampered.kube
    },
    get counts(): WatchCounts {
      if (!counts) throw new Error('no executor was started')
      return counts
    },
  }
}

describe('P1: watches that go blind', () => {
  it('P1 A: connections that freeze without a word while 200 pods end: all are recorded 155 s later', async () => {
    await using timed = await startTimedCluster()
    const spied = spy()
    const run = await timed.startExecutor({ parallelism: 200, wrapKube: spied.wrapKube })
    const keys = keysOf('many', 200)
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 60 * SECOND_MS })))
    await timed.advance(50 * SECOND_MS)
    expect(run.executor.state.launches.live).toBe(200)
    expect(run.wire.strand()).toBeGreaterThan(0)
    await timed.advance(30 * SECOND_MS)
    expect(unended(run, keys)).toBe(200)
    expect(run.executor.state.watches[0]?.staleSeconds).toBeGreaterThan(20)
    await timed.advance(SILENCE_MS + 5 * SECOND_MS - 30 * SECOND_MS)
    expect(unended(run, keys)).toBe(0)
    // It goes on where it was: nothing had to be listed.
    expect([spied.counts.lists, spied.counts.watches, spied.counts.mostOpen]).toEqual([1, 2, 1])
  })

  it.for(['as a status at connect', 'as an ERROR event', 'in the middle of a paged list'])(
    'P1 B: 410 %s: one list, and what went meanwhile is seen',
    async (shape) => {
      await using timed = await startTimedCluster()
      const { faults } = timed.cluster
      const isPaged = shape === 'in the middle of a paged list'
      let breakNextList = false
      const spied = spy({
        ...(isPaged && { pageSize: 2 }),
        onPage() {
          if (!breakNextList) return
          breakNextList = false
          faults.refuse({ match: { verb: 'list', resource: 'pods' }, code: 410, count: 1 })
        },
      })
      const run = await timed.startExecutor({ wrapKube: spied.wrapKube })
      const keys = keysOf('some', 6)
      run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 60 * SECOND_MS })))
      await timed.advance(30 * SECOND_MS)
      const { lists } = spied.counts

      // What ends in the gap is forgotten before the watch is open again.
      const stall = faults.stallWatches({ match: WATCHES })
      await timed.advance(45 * SECOND_MS)
      expect(unended(run, keys)).toBe(6)
      if (shape === 'as a status at connect') faults.refuse({ match: WATCHES, code: 410, count: 1 })
      else faults.compact()
      breakNextList = isPaged
      stall.undo()
      run.wire.break()
      await timed.advance(10 * SECOND_MS)
      expect(unended(run, keys)).toBe(0)
      // The pages of a list whose token expired begin anew, which is the same list.
      expect(spied.counts.lists - lists).toBe(isPaged ? 2 : 1)
      expect(run.executor.state.watches).toMatchObject([{ state: 'watching', relists: 1 }])
      expect(spied.counts.mostOpen).toBe(1)
    },
  )

  it('P1 C: a reset every 2 s for 2 minutes: one watch at a time, and no list', async () => {
    await using timed = await startTimedCluster()
    const spied = spy()
    const run = await timed.startExecutor({ wrapKube: spied.wrapKube })
    const keys = keysOf('some', 20)
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: (5 + 5 * key.mapIndex) * SECOND_MS })))
    let most = 0
    for (let second = 0; second < 120; second += 2) {
      await timed.advance(2 * SECOND_MS)
      most = Math.max(most, timed.cluster.faults.dropWatches(WATCHES))
    }
    expect([most, spied.counts.mostOpen, spied.counts.lists]).toEqual([1, 1, 1])
    await timed.advance(30 * SECOND_MS)
    expect(unended(run, keys)).toBe(0)
    // Told when it begins and when an event shows that it is over, not at each reset.
    const began = run.logger.lines.filter((line) => line.includes('trouble began')).length
    expect(began).toBeLessThan(60)
  })

  // 400 tasks, not 5,000: with four events each some 80 are lost, of every kind.
  it('P1 D: 5 % of all events are lost: every end is recorded by the next safety list', async () => {
    await using timed = await startTimedCluster()
    const spied = spy({ loses: () => timed.random() < 0.05 })
    const run = await timed.startExecutor({ parallelism: 400, wrapKube: spied.wrapKube })
    const keys = keysOf('many', 400)
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 20 * SECOND_MS, exitCode: key.mapIndex % 2 })))
    await timed.advance(60 * SECOND_MS)
    expect(spied.counts.lost).toBeGreaterThan(40)
    expect(unended(run, keys)).toBeGreaterThan(0)
    await timed.advance(1_800 * SECOND_MS)
    expect(unended(run, keys)).toBe(0)
    expect(keys.map((key) => run.ends(key)[0]?.state)).toEqual(
      keys.map(({ mapIndex }) => (mapIndex % 2 === 0 ? 'success' : 'failed')),
    )
  })

  it('P1 E: L4: an idle day: one list each half hour, and no event is told twice', async () => {
    await using timed = await startTimedCluster()
    const spied = spy()
    const run = await timed.startExecutor({ heartbeatMs: 0, wrapKube: spied.wrapKube })
    // What is retained is what Airflow tells again each 30 s: a pod that runs, and failed ones that are kept.
    const [holds, ...failed] = keysOf('some', 4)
    if (!holds) throw new Error('no key')
    run.submit(scriptedWorkload(holds, { hold: true }))
    run.submit(...failed.map((key) => scriptedWorkload(key, { runMs: 10, exitCode: 3 })))
    await timed.advance(60 * SECOND_MS)
    expect(unended(run, failed)).toBe(0)
    const before = { ...spied.counts }
    await timed.advance(24 * HOUR_MS)
    expect(spied.counts.lists - before.lists).toBe(48)
    expect(spied.counts.events).toBe(before.events)
    expect(unended(run, failed)).toBe(0)
    expect(run.events(holds).map(({ state }) => state)).toEqual(['queued', 'running'])
    expect(spied.counts.mostOpen).toBe(1)
  })
})
