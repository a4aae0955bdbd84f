import { expect, it, onTestFinished } from 'vitest'
import { type Gate, throughGate } from '../../packages/executor/test/support/shared-store.ts'
import { taskKey } from '../support/scripted-workload.ts'
import { SqliteLaunchStore } from '../support/sqlite-launch-store.ts'
import { startStoreScheduler } from '../support/store-scheduler.ts'
import { tamperedWatches } from '../support/tampered-watches.ts'
import { startTimedCluster, type TimedCluster } from '../support/timed-cluster.ts'

const SECOND_MS = 1_000
const LEASE_SECONDS = 10
const RESYNC_SECONDS = 120
const PARALLELISM = 16
// Three rounds of 36 tasks, not 72 hours of 10,000: whatever leaks leaks in each round, and is looked for at the end of each.
const ROUNDS = 3
const TASKS = 36

/** A scheduler that loses a tenth of its events, and can be cut off from everything as if its process stood still. */
async function startScheduler(
  timed: TimedCluster,
  { jobId, store, adoption }: { jobId: string; store: SqliteLaunchStore; adoption: 'label' | 'lease' },
) {
  const gate: Gate = { isOpen: true, renews: true }
  const run = await timed.startExecutor({
    jobId,
    parallelism: PARALLELISM,
    store: throughGate(store, gate),
    aliveJobIds: () => store.jobs.alive(),
    wrapKube: (kube) => tamperedWatches(kube, { loses: () => timed.random() < 0.1 }).kube,
    config: { adoption, leaseSeconds: LEASE_SECONDS, resyncSeconds: RESYNC_SECONDS, deleteWorkerPodsOnFailure: true },
  })
  const gated = throughGate(store, gate) as SqliteLaunchStore
  const scheduler = startStoreScheduler({
    store: gated,
    run,
    clock: timed.clock,
    everyMs: 1_000,
    aliveSeconds: LEASE_SECONDS,
  })
  return {
    jobId,
    executor: run.executor,
    cutOff() {
      gate.isOpen = false
      run.wire.hold()
    },
    goOn() {
      gate.isOpen = true
      run.wire.release()
    },
    async stop() {
      gate.isOpen = true
      run.wire.release()
      await timed.during(scheduler.stop())
      await run.stop('terminate')
    },
  }
}

it.each(['label', 'lease'] as const)(
  'P2: kills, standstills longer than the lease and lost events among three schedulers leave no slot taken (%s)',
  async (adoption) => {
    await using timed = await startTimedCluster({ seed: 2 })
    const store = new SqliteLaunchStore({
      path: ':memory:',
      leases: adoption === 'lease',
      now: () => timed.clock.now(),
    })
    onTestFinished(() => store.close())
    let jobs = 0
    const start = () => startScheduler(timed, { jobId: `${++jobs}`, store, adoption })
    let schedulers = [await start(), await start(), await start()]
    for (let round = 0; round < ROUNDS; round++) {
      await store.queue(
        Array.from({ length: TASKS }, (_, mapIndex) => {
          const { tryNumber: _try, ...key } = taskKey(`round-${round}`, { mapIndex })
          const runMs = Math.round(timed.random() * 20 * SECOND_MS)
          return { key, payload: { runMs, exitCode: timed.random() < 0.1 ? 1 : 0 } }
        }),
      )
      await timed.advance(timed.random() * 5 * SECOND_MS)
      const [killed, stopped, other] = schedulers.toSorted(() => timed.random() - 0.5)
      if (!killed || !stopped || !other) throw new Error('there are three')
      await killed.stop()
      stopped.cutOff()
      await timed.advance(2 * LEASE_SECONDS * SECOND_MS)
      stopped.goOn()
      schedulers = [stopped, other, await start()]
      const isOver = async () =>
        (await store.taskInstances()).every(({ state }) => ['success', 'failed'].includes(state))
      await timed.until(isOver, { withinMs: 30 * RESYNC_SECONDS * SECOND_MS })
      await timed.advance(RESYNC_SECONDS * SECOND_MS)
      expect(schedulers.map(({ executor }) => [executor.slotsOccupied, executor.slotsAvailable])).toEqual(
        schedulers.map(() => [0, PARALLELISM]),
      )
      expect((await store.launches()).filter(({ state }) => state === 'current')).toEqual([])
    }
    for (const scheduler of schedulers) await scheduler.stop()
    const ends = store.journal().flatMap(({ what, key }) => (what === 'tryEnded' ? [JSON.stringify(key)] : []))
    expect(new Set(ends).size).toBe(ends.length)
  },
)
