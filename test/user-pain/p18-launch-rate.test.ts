import { describe, expect, it } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

const CREATES = { verb: 'create', resource: 'pods', subresource: '' } as const

// 120 tasks and limits of 40 running, 10 pending and 20 creates a second, not 10,000 and 500/100/20: the rate is the
// tightest in both. The limits are an executor's; namespaces have Kubernetes' own, its quotas.
const TASKS = 120
const RUNNING = 40
const PENDING = 10
const PER_SECOND = 20

const keys = Array.from({ length: TASKS }, (_, mapIndex) => taskKey('t', { mapIndex }))

describe('P18: limits of what runs, of what starts, and of creates a second', () => {
  it('P18 a: none is exceeded by the server’s own count, and the tightest is used to 95 %', async () => {
    await using timed = await startTimedCluster()
    const { api, cluster, clock } = timed
    const run = await timed.startExecutor({
      parallelism: RUNNING,
      config: { podCreationsPerSecond: PER_SECOND, maxPendingPods: PENDING },
    })
    const begin = clock.now()
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 1_500 })))
    let mostAlive = 0
    while (!keys.every((key) => run.ends(key).length > 0)) {
      await timed.advance(1_000)
      const { items } = (await api.get<{ items: StoredPod[] }>(podsPath('default'))).body
      const phases = items.map(({ status }) => status?.phase)
      expect(phases.filter((phase) => phase === 'Pending').length).toBeLessThanOrEqual(PENDING)
      mostAlive = Math.max(mostAlive, phases.filter((phase) => phase === 'Pending' || phase === 'Running').length)
    }
    expect(mostAlive).toBeLessThanOrEqual(RUNNING)
    expect(mostAlive).toBeGreaterThan(RUNNING / 2)
    const at = cluster.requests.list(CREATES).map((request) => request.at - begin)
    expect(at).toHaveLength(TASKS)
    const busiest = Math.max(...at.map((time) => at.filter((other) => other >= time && other < time + 1_000).length))
    expect(busiest).toBe(PER_SECOND)
    const tookMs = (at.at(-1) ?? 0) - (at[0] ?? 0)
    expect(((TASKS - 1) * 1_000) / tookMs).toBeGreaterThanOrEqual(0.95 * PER_SECOND)
  })

  it('P18 b: while as many pods as are allowed are pending no further one is created, and it is said why', async () => {
    await using timed = await startTimedCluster()
    const { cluster, until } = timed
    cluster.faults.setNodeReady(false)
    const run = await timed.startExecutor({ parallelism: RUNNING, config: { maxPendingPods: PENDING } })
    const some = keys.slice(0, 40)
    run.submit(...some.map((key) => scriptedWorkload(key, { runMs: 1_000 })))
    await timed.advance(300_000)
    expect(cluster.requests.count(CREATES)).toBe(PENDING)
    expect(run.executor.waitingReason(some[39] ?? taskKey(''))).toBe(
      'waiting for its create: 10 pods are pending (maxPendingPods)',
    )
    cluster.faults.setNodeReady(true)
    await until(() => some.every((key) => run.ends(key).length > 0))
    expect([...new Set(some.flatMap((key) => run.ends(key).map(({ state }) => state)))]).toEqual(['success'])
    expect(cluster.requests.count(CREATES)).toBe(some.length)
  })
})
