import type { QueuedWorkload } from '@davit/executor'
import { expect, it } from 'vitest'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

const CREATES = { verb: 'create', resource: 'pods', subresource: '' } as const

// 12 of each of these kinds, not 10,000 in all, and 40 valid tasks, not 1,000: each kind is a way of its own through the
// executor, and repeating one more often shows nothing new.
const TIMES = 12
const VALID = 40

type Override = Record<string, unknown>
const inContainer = (fields: object): Override => ({ spec: { containers: [{ name: 'base', ...fields }] } })
const inSidecar = (fields: object): Override => ({ spec: { containers: [{}, { image: 'busybox', ...fields }] } })

/** Overrides that are none, or that no server takes; `n` makes each another one. Beside each, what the failure has to name. */
const malformed: readonly [override: (n: number) => unknown, names: string][] = [
  // Nothing that could be merged.
  [(n) => `pod ${n}`, 'podOverride='],
  [(n) => [n], 'podOverride='],
  // Of the wrong type.
  [(n) => ({ spec: n }), 'spec'],
  [(n) => ({ spec: { containers: { base: n } } }), 'spec.containers'],
  [(n) => inContainer({ env: `A=${n}` }), 'spec.containers[0].env'],
  [(n) => inContainer({ args: [n] }), 'spec.containers[0].args[0]'],
  [(n) => inContainer({ resources: { limits: { cpu: { cores: n } } } }), 'spec.containers[0].resources.limits.cpu'],
  [(n) => ({ metadata: { labels: { n: { deep: n } } } }), 'metadata.labels'],
  [(n) => ({ spec: { nodeSelector: [`zone-${n}`] } }), 'spec.nodeSelector'],
  [(n) => ({ spec: { activeDeadlineSeconds: `${n} minutes` } }), 'spec.activeDeadlineSeconds'],
  [(n) => inContainer({ resources: { limits: { cpu: `${n}cores` } } }), 'spec.containers[0].resources.limits.cpu'],
  // Unknown.
  [(n) => ({ spec: { [`nodeSelectors${n}`]: {} } }), 'spec.nodeSelectors'],
  [(n) => inContainer({ [`enviroment${n}`]: [] }), 'spec.containers[0].enviroment'],
  [(n) => ({ [`specs${n}`]: {} }), 'specs'],
  // Refused by the server.
  [(n) => inContainer({ ports: [{ containerPort: 65_536 + n }] }), 'spec.containers[0].ports[0].containerPort'],
  [
    (n) => inContainer({ volumeMounts: [{ name: `v${n}`, mountPath: '/v' }] }),
    'spec.containers[0].volumeMounts[0].name',
  ],
  [(n) => inSidecar({ name: `Side_${n}` }), 'spec.containers[1].name'],
  [(n) => ({ metadata: { labels: { team: `a b ${n}` } } }), 'metadata.labels'],
  [(n) => ({ spec: { activeDeadlineSeconds: -n - 1 } }), 'spec.activeDeadlineSeconds'],
  [(n) => ({ spec: { priorityClassName: `nobody-made-${n}` } }), `nobody-made-`],
  // A place where nobody would see it.
  [(n) => ({ metadata: { namespace: `elsewhere-${n}` } }), 'metadata.namespace'],
]

it('P15: each of many malformed overrides fails its own task once, with the path of what is wrong, and no valid task waits for it', async () => {
  await using timed = await startTimedCluster()
  const { cluster, until } = timed
  const run = await timed.startExecutor({ parallelism: 1_000 })
  const bad = malformed.flatMap(([override, names], kind) =>
    Array.from({ length: TIMES }, (_, n) => ({
      key: taskKey(`bad-${kind}`, { mapIndex: n }),
      override: override(n),
      names,
    })),
  )
  const valid = Array.from({ length: VALID }, (_, mapIndex) => taskKey('valid', { mapIndex }))
  const workloads: QueuedWorkload[] = bad.map(({ key, override }) => {
    const { metadata, ...rest } = (typeof override === 'object' ? override : {}) as { metadata?: object }
    const annotations = scriptAnnotations({ runMs: 10 })
    const podOverride =
      typeof override === 'object' && !Array.isArray(override)
        ? { ...rest, metadata: { annotations, ...metadata } }
        : override
    return { key, args: ['true'], executorConfig: { podOverride: podOverride as object } }
  })
  for (const [index, key] of valid.entries()) {
    const place = Math.floor((index * workloads.length) / VALID)
    workloads.splice(place, 0, scriptedWorkload(key, { runMs: 1_000 }))
  }
  const begin = timed.clock.now()
  run.submit(...workloads)
  await until(() => valid.every((key) => run.ends(key).length > 0))
  expect(timed.clock.now() - begin).toBeLessThan(1_500)
  await timed.advance(120_000)

  expect(valid.flatMap((key) => run.ends(key).map(({ state }) => state))).toEqual(valid.map(() => 'success'))
  const misnamed: string[] = []
  for (const { key, names } of bad) {
    const ends = run.ends(key)
    expect(
      ends.map(({ state }) => state),
      `${key.taskId} ${key.mapIndex}`,
    ).toEqual(['failed'])
    const { failure } = ends[0] ?? {}
    expect(failure?.class).toBe('config')
    const said = `${failure?.evidence} ${failure?.message}`
    if (!said.includes(names)) misnamed.push(`${names}: ${said}`)
  }
  expect(misnamed).toEqual([])
  expect(run.executor.slotsOccupied).toBe(0)
  // What the server has refused is not sent again, and nothing went wrong in a loop.
  const refused = cluster.requests.list(CREATES).filter(({ code }) => code !== 201)
  const names = refused.map(({ name }) => name)
  expect(names.length).toBe(6 * TIMES)
  expect(run.executor.state.watches.map(({ handlerErrors }) => handlerErrors)).toEqual([0])
})
