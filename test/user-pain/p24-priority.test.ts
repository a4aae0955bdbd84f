import { describe, expect, it } from 'vitest'
import { quotaPath, usedOf } from '../support/resource-quota.ts'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'
import { withPodVerbs } from '../support/with-pod-verbs.ts'

const CREATES = { verb: 'create', resource: 'pods', subresource: '' } as const

const keysOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, mapIndex) => taskKey(name, { mapIndex }))

// There is no ageing bound: the design orders by priority, then age, as Airflow does, so that low tasks wait for as long as
// higher ones come. What does not wait for ever is one that a refusal holds up (I9: `maxRefusalSeconds`).
describe('P24: priority', () => {
  // 600 low tasks, not 5,000: what is proved is the order.
  it.each([
    ['in the queue of the executor', 40],
    ['in the launcher, behind creates that were not sent yet', 2_000],
  ])('P24 a: ten high tasks are created before any further low one, %s', async (_where, parallelism) => {
    await using timed = await startTimedCluster()
    const { cluster, until } = timed
    cluster.faults.delay(200, { match: CREATES })
    const sent: string[] = []
    const run = await timed.startExecutor({
      parallelism,
      wrapKube: (kube) =>
        withPodVerbs(kube, (pods) => ({
          create(namespace, pod, options) {
            sent.push(pod.metadata?.annotations?.task_id ?? '')
            return pods.create(namespace, pod, options)
          },
        })),
    })
    const low = keysOf('low', 600)
    run.submit(...low.map((key) => ({ ...scriptedWorkload(key, { runMs: 500 }), priority: 1 })))
    await timed.advance(450)
    const before = sent.length
    expect(before).toBeGreaterThan(10)
    expect(before).toBeLessThan(400)
    const high = keysOf('high', 10)
    run.submit(...high.map((key) => ({ ...scriptedWorkload(key, { runMs: 500 }), priority: 9 })))
    await until(() => high.every((key) => run.ends(key).length > 0))
    expect(sent.slice(before, before + 10)).toEqual(high.map(() => 'high'))
    expect(sent.slice(before + 10)).not.toContain('high')
  })

  it('P24 b: a namespace over its quota does not hold up another’s tasks, however many wait and whatever their priority', async () => {
    await using timed = await startTimedCluster()
    const { api, clock, until } = timed
    await api.post('/api/v1/namespaces', { metadata: { name: 'full' } })
    await api.post(quotaPath('full'), { metadata: { name: 'q' }, spec: { hard: { pods: '0' } } })
    await until(async () => (await usedOf(api, 'full')) !== undefined)
    const run = await timed.startExecutor({
      parallelism: 1_000,
      config: { multiNamespaceMode: true, multiNamespaceModeNamespaceList: ['default', 'full'] },
    })
    // Where 0 pods are allowed a task would fail at once; so the quota grows, and is used up by a pod of others.
    await api.patch(quotaPath('full', 'q'), 'merge', { spec: { hard: { pods: '1' } } })
    await until(async () => (await api.post('/api/v1/namespaces/full/pods', pod())).status === 201)
    const stuck = keysOf('stuck', 300)
    run.submit(
      ...stuck.map((key) => {
        const metadata = { namespace: 'full', annotations: scriptAnnotations({ runMs: 10 }) }
        return { key, args: ['true'], priority: 9, executorConfig: { podOverride: { metadata } } }
      }),
    )
    await timed.advance(60_000)
    const free = keysOf('free', 30)
    const submittedAt = clock.now()
    run.submit(...free.map((key) => scriptedWorkload(key, { runMs: 1_000 })))
    await until(() => free.every((key) => run.ends(key).length > 0))
    expect(clock.now() - submittedAt).toBeLessThan(1_200)
    expect(stuck.flatMap(run.ends)).toEqual([])
    expect(run.executor.waitingReason(stuck[299] ?? taskKey(''))).toContain('refused (quota)')
  })
})

function pod() {
  return {
    metadata: { generateName: 'other-', annotations: scriptAnnotations({ hold: true }) },
    spec: { containers: [{ name: 'base', image: 'busybox' }] },
  }
}
