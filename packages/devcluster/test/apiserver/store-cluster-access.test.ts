import { describe, expect, it } from 'vitest'
import { pods } from '../../src/apiserver/resources/pod.ts'
import { StoreClusterAccess } from '../../src/apiserver/store-cluster-access.ts'
import type { PodChange } from '../../src/kubelet/cluster-access.ts'
import { registryFixture } from './registry/registry-fixture.ts'

function accessFixture() {
  const fixture = registryFixture()
  return { ...fixture, access: new StoreClusterAccess(fixture.registry, fixture.clock) }
}

describe('StoreClusterAccess', () => {
  it('binds a pod once, with its condition, in one revision', () => {
    const { access, store, createPod } = accessFixture()
    createPod('p')
    const pod = access.pod('default', 'p')
    if (!pod) throw new Error('not created')
    const before = store.revision
    access.bindPod(pod, 'node-1')
    access.bindPod(pod, 'node-2')
    expect(store.revision).toBe(before + 1)
    const bound = access.pod('default', 'p')
    expect(bound?.spec?.nodeName).toBe('node-1')
    expect(bound?.status?.conditions).toEqual([
      {
        type: 'PodScheduled',
        observedGeneration: 1,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ])
  })

  it('writes a status, and nothing when it stays the same', () => {
    const { access, store, createPod } = accessFixture()
    createPod('p')
    const pod = access.pod('default', 'p')
    if (!pod) throw new Error('not created')
    const run = () => access.updatePodStatus(pod, (status) => ({ ...status, phase: 'Running' }))
    expect(run()?.status).toMatchObject({ phase: 'Running', qosClass: 'BestEffort' })
    const before = store.revision
    run()
    expect(store.revision).toBe(before)
  })

  it('leaves the status of a pod as it was whose labels no update takes', () => {
    const { access, registry, createPod } = accessFixture()
    createPod('p')
    const stored = registry.store.get('pods', 'default', 'p')
    if (!stored) throw new Error('not created')
    // As a binding may have it.
    registry.replace(pods, stored, { ...stored, metadata: { ...stored.metadata, labels: { 'a b': 'c' } } })
    const pod = access.pod('default', 'p')
    if (!pod) throw new Error('not there')
    expect(access.updatePodStatus(pod, (status) => ({ ...status, phase: 'Failed' }))?.status?.phase).toBe('Pending')
  })

  it('leaves a pod of the same name alone when it is another one', () => {
    const { access, registry, createPod } = accessFixture()
    createPod('p')
    const old = access.pod('default', 'p')
    if (!old) throw new Error('not created')
    access.deletePod(old, 0)
    createPod('p')
    access.bindPod(old, 'n')
    access.deletePod(old, 0)
    expect(access.updatePodStatus(old, (status) => ({ ...status, phase: 'Failed' }))).toBeUndefined()
    expect(registry.store.get('pods', 'default', 'p')?.spec).not.toHaveProperty('nodeName')
  })

  it('tells changes of pods in order until it is told to end', () => {
    const { access, createPod, registry } = accessFixture()
    const changes: PodChange[] = []
    const stop = access.watchPods((change) => changes.push(change))
    createPod('p')
    const pod = access.pod('default', 'p')
    if (pod) access.deletePod(pod, 0)
    stop()
    createPod('q')
    expect(changes.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
    expect(registry.store.list('pods')).toHaveLength(1)
  })

  it('counts equal events up', async () => {
    const { access, store, clock, createPod } = accessFixture()
    createPod('p')
    const pod = access.pod('default', 'p')
    if (!pod) throw new Error('not created')
    const report = (reason: string) =>
      access.recordEvent({
        pod,
        type: 'Warning',
        reason,
        message: 'again',
        component: 'kubelet',
        fieldPath: 'spec.containers{base}',
      })
    report('BackOff')
    await clock.advance(5_000)
    report('BackOff')
    report('Failed')
    expect(store.list('events', 'default')).toMatchObject([
      {
        reason: 'BackOff',
        count: 2,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:05Z',
        involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{base}' },
        source: { component: 'kubelet' },
      },
      { reason: 'Failed', count: 1 },
    ])
  })

  it('lets an event go that nobody repeats for an hour', async () => {
    const { access, store, clock, createPod } = accessFixture()
    createPod('p')
    const pod = access.pod('default', 'p')
    if (!pod) throw new Error('not created')
    const report = (reason: string) =>
      access.recordEvent({ pod, type: 'Normal', reason, message: 'm', component: 'kubelet' })
    report('Old')
    report('Again')
    await clock.advance(30 * 60_000)
    report('Again')
    await clock.advance(30 * 60_000)
    report('New')
    expect(store.list('events', 'default').map(({ reason }) => reason)).toEqual(['Again', 'New'])
  })

  it('creates a node, replaces its status and keeps what others labelled', () => {
    const { access, registry } = accessFixture()
    const node = { metadata: { name: 'n', labels: { a: '1' } }, status: { phase: 'Running' } }
    access.putNode(node)
    registry.store.update('nodes', {
      ...(registry.store.get('nodes', undefined, 'n') ?? { metadata: { name: 'n' } }),
      metadata: { ...registry.store.get('nodes', undefined, 'n')?.metadata, name: 'n', labels: { a: '1', mine: '2' } },
    })
    access.putNode({ ...node, status: { phase: 'Pending' } })
    expect(access.node('n')).toMatchObject({
      metadata: { labels: { a: '1', mine: '2' } },
      status: { phase: 'Pending' },
    })
  })
})
