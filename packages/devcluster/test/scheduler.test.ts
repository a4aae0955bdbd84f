import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { startScheduler } from '../src/scheduler.ts'
import type { Pod } from '../src/types.ts'
import { MemoryCluster } from './support/memory-cluster.ts'

let clock: FakeClock
let cluster: MemoryCluster
let scheduler: { stop(): void }

beforeEach(() => {
  clock = new FakeClock()
  cluster = new MemoryCluster()
  cluster.putNode({ metadata: { name: 'node-1' }, status: { allocatable: { cpu: '2', memory: '4Gi' } } })
  scheduler = startScheduler({ access: cluster, clock, nodeName: 'node-1' })
})

afterEach(() => {
  scheduler.stop()
  expect(clock.pendingCount).toBe(0)
})

const create = (name: string, spec: Partial<NonNullable<Pod['spec']>> = {}) =>
  cluster.create({ metadata: { name }, spec: { containers: [{ name: 'base' }], ...spec } })
const nodeOf = (name: string) => cluster.pod('default', name)?.spec?.nodeName
const scheduled = (name: string) =>
  cluster.pod('default', name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled')

it('binds a pod to the node', async () => {
  create('one')
  await clock.advance(0)
  expect(nodeOf('one')).toBe('node-1')
  expect(cluster.events).toMatchObject([
    {
      type: 'Normal',
      reason: 'Scheduled',
      component: 'default-scheduler',
      message: 'Successfully assigned default/one to node-1',
    },
  ])
})

it('leaves pods of other schedulers alone', async () => {
  create('other', { schedulerName: 'mine' })
  await clock.advance(60_000)
  expect(nodeOf('other')).toBeUndefined()
  expect(cluster.events).toEqual([])
})

it('waits until the last scheduling gate is gone', async () => {
  const pod = create('gated', { schedulingGates: [{ name: 'a/b' }] })
  await clock.advance(60_000)
  expect(nodeOf('gated')).toBeUndefined()
  cluster.update(pod, (current) => ({ ...current, spec: { containers: [], ...current.spec, schedulingGates: [] } }))
  await clock.advance(0)
  expect(nodeOf('gated')).toBe('node-1')
})

it('says why a pod does not fit, once, and binds it when it does', async () => {
  create('picky', { nodeSelector: { disk: 'ssd' } })
  await clock.advance(60_000)
  const message =
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, " +
    'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'
  expect(scheduled('picky')).toMatchObject({ status: 'False', reason: 'Unschedulable', message, observedGeneration: 1 })
  expect(cluster.events.map(({ type, reason, message }) => [type, reason, message])).toEqual([
    ['Warning', 'FailedScheduling', message],
  ])
  cluster.putNode({ metadata: { name: 'node-1', labels: { disk: 'ssd' } } })
  await clock.advance(5_000)
  expect(nodeOf('picky')).toBe('node-1')
})

it('names every resource of which there is too little', async () => {
  create('big', { containers: [{ name: 'base', resources: { requests: { memory: '1Ti', cpu: '64' } } }] })
  await clock.advance(0)
  expect(scheduled('big')?.message).toMatch(/^0\/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory\. /)
})

it('forgets a pod that is deleted', async () => {
  const pod = create('picky', { nodeSelector: { disk: 'ssd' } })
  await clock.advance(0)
  cluster.deletePod(pod, 0)
  await clock.advance(5_000)
  expect(clock.pendingCount).toBe(0)
})
