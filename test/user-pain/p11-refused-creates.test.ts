import { describe, expect, it } from 'vitest'
import { quotaPath, usedOf } from '../support/resource-quota.ts'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster, type TimedCluster, type TimedExecutor } from '../support/timed-cluster.ts'

const CREATES = { verb: 'create', resource: 'pods', subresource: '' } as const

// A quota of 30 and 210 tasks, not 100 and 1,000; creates in flight are fewer in proportion, as those that are in flight
// when the quota is used up are refused.
const QUOTA = 30
const TASKS = 210
const CONCURRENCY = 4

const keysOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, mapIndex) => taskKey(name, { mapIndex }))

/** Creates a quota of pods, and waits until it counts. */
async function enforceQuota({ api, until }: TimedCluster, namespace: string, pods: number): Promise<void> {
  await api.post(quotaPath(namespace), { metadata: { name: 'q' }, spec: { hard: { pods: String(pods) } } })
  await until(async () => (await usedOf(api, namespace)) !== undefined)
}

const statesOf = ({ ends }: TimedExecutor, keys: ReturnType<typeof keysOf>) => [
  ...new Set(keys.flatMap((key) => ends(key).map(({ state }) => state))),
]

describe('P11: refused creates', () => {
  it('P11 a: a used-up quota fails nothing, is asked in vain for at most 5 % of the creates, and holds up no other namespace', async () => {
    await using timed = await startTimedCluster()
    const { api, cluster, clock, until } = timed
    await api.post('/api/v1/namespaces', { metadata: { name: 'other' } })
    await enforceQuota(timed, 'default', QUOTA)
    const run = await timed.startExecutor({
      parallelism: 2 * TASKS,
      config: {
        multiNamespaceMode: true,
        multiNamespaceModeNamespaceList: ['default', 'other'],
        podCreationMaxConcurrency: CONCURRENCY,
      },
    })
    const many = keysOf('many', TASKS)
    const begin = clock.now()
    run.submit(...many.map((key) => scriptedWorkload(key, { runMs: 1_000 })))
    await until(() => cluster.requests.list(CREATES).some(({ code }) => code === 403))
    const elsewhere = taskKey('elsewhere')
    const asked = clock.now()
    const metadata = { namespace: 'other', annotations: scriptAnnotations({ runMs: 1_000 }) }
    run.submit({ key: elsewhere, args: ['true'], executorConfig: { podOverride: { metadata } } })
    await until(() => run.ends(elsewhere).length > 0)
    expect(clock.now() - asked).toBeLessThan(1_100)

    await until(() => many.every((key) => run.ends(key).length > 0))
    expect(statesOf(run, many)).toEqual(['success'])
    const creates = cluster.requests.list({ ...CREATES, namespace: 'default' })
    const refused = creates.filter(({ code }) => code === 403).length
    expect(creates.length - refused).toBe(TASKS)
    expect(refused / creates.length).toBeLessThanOrEqual(0.05)
    // As fast as the quota allows, but for what Kubernetes takes to notice that a pod has ended.
    expect(clock.now() - begin).toBeLessThan((TASKS / QUOTA) * 1_000 * 1.4)
  })

  it('P11 b: a conflict at 30 % of the creates fails nothing', async () => {
    await using timed = await startTimedCluster()
    const { cluster, random, until } = timed
    const run = await timed.startExecutor({ parallelism: 100 })
    const isPodCreate = (verb: string, resource: string) => verb === 'create' && resource === 'pods'
    const conflicts = cluster.faults.refuse({
      code: 409,
      match: ({ verb, resource, subresource }) => isPodCreate(verb, resource) && subresource === '' && random() < 0.3,
    })
    const keys = keysOf('t', 60)
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 1_000 })))
    await until(() => keys.every((key) => run.ends(key).length > 0))
    expect(statesOf(run, keys)).toEqual(['success'])
    expect(conflicts.hits).toBeGreaterThan(10)
  })

  it('P11 c: a 429 with Retry-After of 7 s stops all creates for 7 s, and no longer than that', async () => {
    await using timed = await startTimedCluster()
    const { cluster, clock, until } = timed
    const run = await timed.startExecutor({ parallelism: 100 })
    cluster.faults.refuse({ code: 429, retryAfterSeconds: 7, match: CREATES, count: 1 })
    const keys = keysOf('t', 30)
    const begin = clock.now()
    run.submit(...keys.slice(0, 1).map((key) => scriptedWorkload(key, { runMs: 1_000 })))
    await timed.advance(10)
    run.submit(...keys.slice(1).map((key) => scriptedWorkload(key, { runMs: 1_000 })))
    await until(() => keys.every((key) => run.ends(key).length > 0))
    expect(statesOf(run, keys)).toEqual(['success'])
    const after = cluster.requests.list(CREATES).map(({ at }) => at - begin)
    expect(after.filter((at) => at < 7_000)).toHaveLength(1)
    expect(after.filter((at) => at <= 10_000)).toHaveLength(31)
  })

  it('P11 d: a pod that is not valid fails its task at once, with the path of its field, and is not sent again', async () => {
    await using timed = await startTimedCluster()
    const { cluster } = timed
    const run = await timed.startExecutor()
    const key = taskKey('bad')
    const podOverride = { spec: { containers: [{ name: 'base', ports: [{ containerPort: 70_000 }] }] } }
    run.submit({ key, args: ['true'], executorConfig: { podOverride } })
    await timed.settle()
    expect(run.ends(key)).toMatchObject([
      {
        state: 'failed',
        failure: { class: 'config', evidence: 'spec.containers[0].ports[0].containerPort=FieldValueInvalid' },
      },
    ])
    await timed.advance(60_000)
    expect(cluster.requests.count(CREATES)).toBe(1)
  })

  it('P11 e: a server that is unavailable for 5 minutes fails nothing, and is asked at most once a second', async () => {
    await using timed = await startTimedCluster()
    const { cluster, clock, until } = timed
    const run = await timed.startExecutor({ parallelism: 60 })
    const outage = cluster.faults.refuse({ code: 503, match: CREATES })
    const keys = keysOf('t', 60)
    const begin = clock.now()
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 1_000 })))
    await timed.advance(300_000)
    const first = cluster.requests.list(CREATES).filter(({ at }) => at === begin).length
    // The creates that were in flight when the first answer came.
    expect(first).toBeLessThanOrEqual(16)
    const probes = cluster.requests.list(CREATES).slice(first)
    for (const [index, { at }] of probes.entries()) {
      expect(at - (probes[index - 1]?.at ?? begin)).toBeGreaterThanOrEqual(1_000)
    }
    expect(probes.length).toBeGreaterThan(10)
    outage.undo()
    await until(() => keys.every((key) => run.ends(key).length > 0), { withinMs: 60_000 })
    expect(statesOf(run, keys)).toEqual(['success'])
  })
})
