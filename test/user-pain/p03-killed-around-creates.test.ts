import { podName } from '@davit/executor'
import { expect, it, onTestFinished } from 'vitest'
import { taskKey } from '../support/scripted-workload.ts'
import { SqliteLaunchStore } from '../support/sqlite-launch-store.ts'
import { startStoreScheduler } from '../support/store-scheduler.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

// 31 kills, every 50 ms of the first 1.5 s of a scheduler's life, not 10,000 tasks: a create takes 500 ms, so that they fall
// between claim and create, create and answer, and while pods are pending and running. Each scheduler also takes over what
// the one before has left.
const KILLS = 31
const EVERY_MS = 50
const LEASE_SECONDS = 3
const TASKS = 2
const CREATES = { verb: 'create', resource: 'pods', subresource: '' } as const

it.each([
  ['label', 'come', false],
  ['label', 'are lost', true],
  ['lease', 'come', false],
  ['lease', 'are lost', true],
] as const)(
  'P3 b: however a scheduler is killed around its creates, there is one pod a try (%s, answers %s)',
  async (adoption, _answers, loses) => {
    await using timed = await startTimedCluster()
    const { cluster, clock } = timed
    cluster.faults.delay(500, { match: CREATES })
    if (loses) cluster.faults.loseAnswers({ match: CREATES })
    const store = new SqliteLaunchStore({ path: ':memory:', leases: adoption === 'lease', now: () => clock.now() })
    onTestFinished(() => store.close())
    const keys = Array.from({ length: KILLS * TASKS }, (_, mapIndex) => taskKey('t', { mapIndex }))
    const start = async (jobId: string) => {
      const config = { adoption, leaseSeconds: LEASE_SECONDS }
      const run = await timed.startExecutor({ jobId, store, config, parallelism: keys.length })
      return { run, scheduler: startStoreScheduler({ store, run, clock, aliveSeconds: LEASE_SECONDS }) }
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const { run, scheduler } = await start(`${kill + 1}`)
      const queued = keys.slice(kill * TASKS, (kill + 1) * TASKS)
      await store.queue(queued.map(({ tryNumber: _, ...key }) => ({ key, payload: { runMs: 1_000 } })))
      await timed.advance(kill * EVERY_MS)
      await timed.during(scheduler.stop())
      await run.stop('terminate')
      await timed.advance(LEASE_SECONDS * 1_000)
    }
    const { run, scheduler } = await start('last')
    await timed.until(async () => (await store.taskInstances()).every(({ state }) => state === 'success'))
    await timed.during(scheduler.stop())
    expect(scheduler.lastError).toBeNull()

    const created = cluster.requests.list(CREATES).filter(({ code }) => code === 201)
    expect(created.map(({ name }) => name).toSorted()).toEqual(
      keys.map((key) => podName({ deployment: 'default', key, number: 1 })).toSorted(),
    )
    const count = (what: string) => store.journal().filter((line) => line.what === what).length
    expect(['recorded', 'tryEnded', 'charged', 'superseded'].map(count)).toEqual([keys.length, keys.length, 0, 0])
    expect(run.executor.slotsOccupied).toBe(0)
  },
)
