import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { Kubelet } from '../../src/kubelet/kubelet.ts'
import { createScriptedKubelet } from '../../src/kubelet/scripted-kubelet.ts'
import { NodeLifecycleController } from '../../src/node-lifecycle/node-lifecycle-controller.ts'
import { PodGarbageCollector } from '../../src/node-lifecycle/pod-garbage-collector.ts'
import { TaintEvictionController } from '../../src/node-lifecycle/taint-eviction-controller.ts'
import { startScheduler } from '../../src/scheduler.ts'
import type { Pod } from '../../src/types.ts'
import { MemoryCluster } from '../support/memory-cluster.ts'

const NODE = 'node-1'

let clock: FakeClock
let cluster: MemoryCluster
let kubelet: Kubelet
let lifecycle: NodeLifecycleController
let stop: () => Promise<void>

beforeEach(async () => {
  clock = new FakeClock()
  cluster = new MemoryCluster()
  const parts = { access: cluster, clock }
  kubelet = createScriptedKubelet({ ...parts, nodeName: NODE })
  lifecycle = new NodeLifecycleController({ ...parts, ownNode: NODE })
  const controllers = [lifecycle, new TaintEvictionController(parts), new PodGarbageCollector(parts)]
  for (const controller of controllers) controller.start()
  await kubelet.start()
  const scheduler = startScheduler({ ...parts, nodeName: NODE })
  stop = async () => {
    scheduler.stop()
    await kubelet.stop()
    for (const controller of controllers) controller.stop()
  }
})

afterEach(async () => {
  await stop()
  expect(clock.pendingCount).toBe(0)
})

/** What the API server's admission gives every pod. */
const tolerations = (seconds: number) =>
  ['not-ready', 'unreachable'].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: seconds,
  }))

function create(name: string, annotations: Record<string, string>, seconds = 300, nodeName?: string): Pod {
  return cluster.create({
    metadata: { name, annotations },
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: 'base', image: 'busybox' }],
      tolerations: tolerations(seconds),
      ...(nodeName === undefined ? {} : { nodeName }),
    },
  })
}

const pod = (name: string) => cluster.pod('default', name)
const condition = (name: string, type: string) => pod(name)?.status?.conditions?.find((one) => one.type === type)
const taints = (name = NODE) => cluster.node(name)?.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`) ?? []
const hold = { 'script.davit/hold': '' }
const notReady = ['node.kubernetes.io/not-ready:NoSchedule', 'node.kubernetes.io/not-ready:NoExecute']
const unreachable = ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']

describe('a node that is not ready', () => {
  it('gets no pods, and loses those that it has when their time is over', async () => {
    create('old', hold)
    await clock.advance(0)
    kubelet.setNodeReady(false)
    expect(taints()).toEqual(notReady)
    create('new', {})
    await clock.advance(299_999)
    expect(condition('new', 'PodScheduled')?.message).toContain('1 node(s) had untolerated taint(s).')
    expect(pod('old')?.status?.phase).toBe('Running')
    await clock.advance(1)
    // Its kubelet is alive, and ends it as any pod that is deleted.
    expect(pod('old')).toBeUndefined()
    expect(cluster.statuses.get('old')?.at(-1)?.conditions?.[0]).toMatchObject({
      type: 'DisruptionTarget',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    })
    expect(cluster.eventsOf('old')).toContain('TaintManagerEviction: Marking for deletion Pod default/old')
  })

  it('keeps them when it is ready in time, and gets new ones', async () => {
    create('old', hold)
    await clock.advance(0)
    kubelet.setNodeReady(false)
    create('new', hold)
    await clock.advance(299_999)
    kubelet.setNodeReady(true)
    expect(taints()).toEqual([])
    await clock.advance(1_000_000)
    expect([pod('old')?.status?.phase, pod('new')?.status?.phase]).toEqual(['Running', 'Running'])
    expect(cluster.eventsOf('old').at(-1)).toBe('TaintManagerEviction: Cancelling deletion of Pod default/old')
  })

  it('is decided about once for each pod, whatever changes', async () => {
    create('old', hold, 5)
    await clock.advance(0)
    kubelet.setNodeReady(false)
    await clock.advance(4_000)
    const current = pod('old')
    if (current) cluster.update(current, (one) => ({ ...one, metadata: { ...one.metadata, labels: { a: '1' } } }))
    await clock.advance(1_000)
    expect(pod('old')).toBeUndefined()
    expect(cluster.eventsOf('old').filter((event) => event.startsWith('TaintManagerEviction'))).toHaveLength(1)
  })
})

describe('a node that is cut off', () => {
  const cutOff = () => {
    kubelet.cutOff()
    lifecycle.giveUp(NODE)
  }

  it('is unknown, its pods are not ready, and nobody sees what becomes of them', async () => {
    create('ends', { 'script.davit/run-ms': '5000' })
    await clock.advance(0)
    cutOff()
    expect(taints()).toEqual(unreachable)
    expect(condition('ends', 'Ready')?.status).toBe('False')
    expect(cluster.eventsOf('ends')).toContain('NodeNotReady: Node is not ready')
    await clock.advance(10_000)
    expect(pod('ends')?.status?.phase).toBe('Running')
    kubelet.setNodeReady(true)
    expect(taints()).toEqual([])
    expect(pod('ends')?.status?.phase).toBe('Succeeded')
  })

  it('cannot end the pods that are deleted, until it is heard again', async () => {
    create('deleted', hold, 3)
    await clock.advance(0)
    cutOff()
    await clock.advance(3_000)
    expect(pod('deleted')?.metadata?.deletionGracePeriodSeconds).toBe(30)
    expect(condition('deleted', 'DisruptionTarget')?.reason).toBe('DeletionByTaintManager')
    await clock.advance(3_600_000)
    expect(pod('deleted')?.status?.phase).toBe('Running')
    kubelet.setNodeReady(true)
    await clock.advance(0)
    expect(pod('deleted')).toBeUndefined()
    expect(cluster.statuses.get('deleted')?.at(-1)?.phase).toBe('Failed')
  })

  it('lets go what was deleted without it, and takes up what came', async () => {
    const forced = create('forced', hold)
    await clock.advance(0)
    cutOff()
    cluster.deletePod(forced, 0)
    create('new', hold, 300, NODE)
    await clock.advance(1_000)
    expect(pod('new')?.status?.phase).toBe('Pending')
    kubelet.setNodeReady(true)
    await clock.advance(0)
    expect(pod('new')?.status?.phase).toBe('Running')
    expect(cluster.statuses.get('forced')?.at(-1)?.phase).toBe('Running')
  })
})

describe('a node without a kubelet', () => {
  const ready = (lastHeartbeatTime: string) => ({
    metadata: { name: 'other', creationTimestamp: '2026-01-01T00:00:00Z' },
    status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime }] },
  })

  it('is given up after 50 seconds without a heartbeat', async () => {
    cluster.putNode(ready('2026-01-01T00:00:00Z'))
    await clock.advance(49_999)
    cluster.putNode(ready('2026-01-01T00:00:49Z'))
    await clock.advance(49_999)
    expect(taints('other')).toEqual([])
    await clock.advance(1)
    expect(taints('other')).toEqual(unreachable)
  })

  it('is given up after 60 seconds when it never had one', async () => {
    cluster.putNode({ metadata: { name: 'other' } })
    await clock.advance(59_999)
    expect(taints('other')).toEqual([])
    await clock.advance(1)
    expect(taints('other')).toEqual(unreachable)
  })

  it('takes its pods with it when it is deleted, 40 seconds later', async () => {
    cluster.putNode(ready('2026-01-01T00:00:00Z'))
    create('lost', {}, 300, 'other')
    cluster.deleteNode('other')
    await clock.advance(39_999)
    expect(pod('lost')).toBeDefined()
    await clock.advance(1)
    expect(pod('lost')).toBeUndefined()
    expect(cluster.statuses.get('lost')?.at(-1)).toMatchObject({
      phase: 'Failed',
      observedGeneration: 1,
      conditions: [{ type: 'DisruptionTarget', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }],
    })
  })

  it('is waited for', async () => {
    create('early', {}, 300, 'other')
    await clock.advance(39_999)
    cluster.putNode(ready('2026-01-01T00:00:00Z'))
    await clock.advance(1)
    expect(pod('early')).toBeDefined()
  })
})
