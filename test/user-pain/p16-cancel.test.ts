import { type TaskInstanceKey, taskInstanceKeyText } from '@davit/executor'
import { expect, it, onTestFinished } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { SqliteLaunchStore } from '../support/sqlite-launch-store.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

// Every 25 ms from 0 to 2 s, not every millisecond: a create takes 500 ms, and there is nothing that is shorter than 25.
const EVERY_MS = 25
const LAST_MS = 2_000
const DELAY_MS = 500
const CREATES = { verb: 'create', resource: 'pods', subresource: '' } as const

// A pod whose create was in flight at the cancellation may start its container for the moment until it is deleted: the
// server had the request. What is proved is that nothing is sent later, that nothing stays, and that the store takes no
// such pod for the launch, without which the code of a function task does not start; for containers there is `launchGate`.
it.each([
  ['the answers come', false],
  ['the answers of the creates are lost', true],
])(
  'P16: cancelled at any time around its create, a task leaves no pod, and none is taken for it, when %s',
  async (_title, loses) => {
    await using timed = await startTimedCluster()
    const { api, cluster, clock } = timed
    cluster.faults.delay(DELAY_MS, { match: CREATES })
    if (loses) cluster.faults.loseAnswers({ match: CREATES })
    const store = new SqliteLaunchStore({ path: ':memory:', leases: false, now: () => clock.now() })
    onTestFinished(() => store.close())
    const count = LAST_MS / EVERY_MS + 1
    const run = await timed.startExecutor({ store, parallelism: 2 * count, config: { podCreationMaxConcurrency: 24 } })
    await store.queue(Array.from({ length: count }, (_, mapIndex) => ({ key: taskKey('t', { mapIndex }) })))
    const claimed = await store.claim('1', count)
    const cancelledAt = new Map<string, number>()
    const cancel = async (key: TaskInstanceKey) => {
      await store.revoke([key])
      cancelledAt.set(taskInstanceKeyText(key), clock.now())
      await run.executor.revokeTask({ key, queuedByJobId: '1' })
    }
    run.submit(...claimed.map(({ key }) => scriptedWorkload(key, { hold: true })))
    for (const { key } of claimed) {
      clock.setTimeout(() => void cancel(key), key.mapIndex * EVERY_MS)
    }
    await timed.advance(LAST_MS + 30_000)

    expect(cancelledAt.size).toBe(count)
    const { body } = await api.get<{ items: StoredPod[] }>(podsPath('default'))
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual([])
    expect(run.executor.slotsOccupied).toBe(0)
    const created = cluster.requests.list(CREATES).filter(({ code }) => code === 201)
    expect(created.length).toBeGreaterThan(10)
    expect(created.length).toBeLessThan(count)
    for (const { what, key, time } of store.journal()) {
      if (key === null || (what !== 'bound' && what !== 'recorded')) continue
      expect(time).toBeLessThanOrEqual(cancelledAt.get(taskInstanceKeyText(key)) ?? 0)
    }
    // Nobody is told of a task that he has taken back himself.
    expect(claimed.flatMap(({ key }) => run.ends(key))).toEqual([])
  },
)
