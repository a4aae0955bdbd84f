import { describe, expect, it } from 'vitest'
import { ObjectRegistry } from '../../../src/apiserver/registry/object-registry.ts'
import { configMaps } from '../../../src/apiserver/resources/config-map.ts'
import { namespaces } from '../../../src/apiserver/resources/namespace.ts'
import { pods } from '../../../src/apiserver/resources/pod.ts'
import { secrets } from '../../../src/apiserver/resources/secret.ts'
import { podOf, refusalOf, registryFixture } from './registry-fixture.ts'

describe('create', () => {
  it('gives what the server alone gives, whatever the client said', () => {
    const { registry } = registryFixture()
    const object = registry.create(
      pods,
      'default',
      podOf('p', { metadata: { uid: 'mine', generation: 9, creationTimestamp: '2000-01-01T00:00:00Z' } }),
    )
    expect(object.metadata).toEqual({
      name: 'p',
      namespace: 'default',
      uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      resourceVersion: '4',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    })
  })

  it('gives the same uids and names again for the same random numbers', () => {
    const make = () =>
      registryFixture().registry.create(pods, 'default', podOf('', { metadata: { generateName: 'job-' } }))
    expect(make()).toEqual(make())
    expect(make().metadata.name).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  })

  it('cuts a long prefix, so that the whole is a label', () => {
    const { registry } = registryFixture()
    const object = registry.create(pods, 'default', podOf('', { metadata: { generateName: 'x'.repeat(70) } }))
    expect(object.metadata.name).toMatch(/^x{58}[a-z0-9]{5}$/)
  })

  it('writes nothing on a dry run, but refuses what would be refused', () => {
    const { registry, store } = registryFixture()
    const before = store.revision
    const object = registry.create(pods, 'default', podOf('p'), { dryRun: true })
    expect(object.metadata.resourceVersion).toBeUndefined()
    expect(store.revision).toBe(before)
    registry.create(pods, 'default', podOf('p'))
    expect(refusalOf(() => registry.create(pods, 'default', podOf('p'), { dryRun: true })).code).toBe(409)
  })

  it('reports all problems at once', () => {
    const { registry } = registryFixture()
    const { status } = refusalOf(() =>
      registry.create(pods, 'default', podOf('Bad', { spec: { containers: [{ name: 'a' }], restartPolicy: 'x' } })),
    )
    expect(status.details?.causes?.map(({ field }) => field)).toEqual([
      'metadata.name',
      'spec.containers[0].image',
      'spec.restartPolicy',
    ])
  })
})

describe('update', () => {
  it('changes nothing when nothing differs', () => {
    const { registry, store, createPod } = registryFixture()
    const pod = createPod('p')
    const before = store.revision
    expect(registry.update(pods, 'default', 'p', (current) => ({ ...current }))).toBe(pod)
    expect(store.revision).toBe(before)
  })

  it('refuses an old version', () => {
    const { registry, createPod } = registryFixture()
    const pod = createPod('p')
    registry.update(pods, 'default', 'p', (current) => ({
      ...current,
      metadata: { ...current.metadata, labels: { a: '1' } },
    }))
    const { status } = refusalOf(() => registry.update(pods, 'default', 'p', () => pod))
    expect(status).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on pods "p": the object has been modified; please apply your changes to the latest version and try again',
    })
  })

  it('counts the generation when the spec changes, and not when labels do', () => {
    const { registry, createPod } = registryFixture()
    createPod('p')
    const labelled = registry.update(pods, 'default', 'p', (current) => ({
      ...current,
      metadata: { ...current.metadata, labels: { a: '1' } },
    }))
    expect(labelled.metadata.generation).toBe(1)
    const changed = registry.update(pods, 'default', 'p', (current) => ({
      ...current,
      spec: { ...(current.spec as object), activeDeadlineSeconds: 5 },
    }))
    expect(changed.metadata.generation).toBe(2)
  })

  it('leaves the status to its subresource, and the rest to the object', () => {
    const { registry, createPod } = registryFixture()
    createPod('p')
    const update = registry.update(pods, 'default', 'p', (current) => ({ ...current, status: { phase: 'Failed' } }))
    expect(update.status).toMatchObject({ phase: 'Pending' })
    const status = registry.update(
      pods,
      'default',
      'p',
      (current) => ({ ...current, spec: { containers: [] }, status: { phase: 'Failed' } }),
      { subresource: 'status' },
    )
    expect(status.status).toEqual({ phase: 'Failed', qosClass: 'BestEffort' })
    expect((status.spec as { containers: unknown[] }).containers).toHaveLength(1)
  })

  it('reports a changed uid twice, as Kubernetes does', () => {
    const { registry, createPod } = registryFixture()
    createPod('p')
    const { status } = refusalOf(() =>
      registry.update(pods, 'default', 'p', (current) => ({ ...current, metadata: { ...current.metadata, uid: 'x' } })),
    )
    expect(status.message).toBe('Pod "p" is invalid: metadata.uid: Invalid value: "x": field is immutable')
    expect(status.details?.causes).toHaveLength(2)
  })
})

describe('delete', () => {
  it('lets a pod go at once that no node runs, in two changes', () => {
    const { registry, store, createPod } = registryFixture()
    createPod('p')
    const types: string[] = []
    store.subscribe((_resource, { type }) => types.push(type))
    const { object, isGone } = registry.delete(pods, 'default', 'p')
    expect(isGone).toBe(true)
    expect(object.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, generation: 2, resourceVersion: '6' })
    expect(types).toEqual(['MODIFIED', 'DELETED'])
    expect(refusalOf(() => registry.get(pods, 'default', 'p')).code).toBe(404)
  })

  it('gives a running pod its grace period, which only gets shorter', () => {
    const { registry, runPod } = registryFixture()
    runPod('p', { spec: { terminationGracePeriodSeconds: 20 } })
    const first = registry.delete(pods, 'default', 'p')
    expect(first).toMatchObject({ isGone: false, object: { metadata: { deletionTimestamp: '2026-01-01T00:00:20Z' } } })
    expect(registry.delete(pods, 'default', 'p', { gracePeriodSeconds: 60 }).object).toBe(first.object)
    const shorter = registry.delete(pods, 'default', 'p', { gracePeriodSeconds: 5 })
    expect(shorter.object.metadata).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:05Z',
      deletionGracePeriodSeconds: 5,
    })
    expect(registry.delete(pods, 'default', 'p', { gracePeriodSeconds: 0 }).isGone).toBe(true)
  })

  it.for(['Succeeded', 'Failed'])('gives none to a pod that is %s', (phase) => {
    const { registry, runPod } = registryFixture()
    runPod('p')
    registry.update(pods, 'default', 'p', (pod) => ({ ...pod, status: { phase } }), { subresource: 'status' })
    expect(registry.delete(pods, 'default', 'p').isGone).toBe(true)
  })

  it('waits for finalizers, and goes with the last one', () => {
    const { registry, store, createPod } = registryFixture()
    createPod('p', { metadata: { finalizers: ['a/b', 'c/d'] } })
    expect(registry.delete(pods, 'default', 'p').isGone).toBe(false)
    const without = (finalizers: string[]) =>
      registry.update(pods, 'default', 'p', (pod) => ({ ...pod, metadata: { ...pod.metadata, finalizers } }))
    without(['c/d'])
    expect(store.get('pods', 'default', 'p')).toBeDefined()
    expect(refusalOf(() => without(['c/d', 'e/f'])).status.message).toBe(
      'Pod "p" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"e/f"}',
    )
    without([])
    expect(store.get('pods', 'default', 'p')).toBeUndefined()
  })

  it('checks preconditions', () => {
    const { registry, createPod } = registryFixture()
    const { uid } = createPod('p').metadata
    expect(
      refusalOf(() => registry.delete(pods, 'default', 'p', { preconditions: { uid: 'x' } })).status,
    ).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on Pod "p": the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    })
    const old = () => registry.delete(pods, 'default', 'p', { preconditions: { resourceVersion: '1' } })
    expect(refusalOf(old).message).toContain('the ResourceVersion in the precondition (1) does not match')
    expect(registry.delete(pods, 'default', 'p', { preconditions: uid ? { uid } : {} }).isGone).toBe(true)
  })

  it('writes nothing on a dry run', () => {
    const { registry, store, createPod } = registryFixture()
    createPod('p')
    const before = store.revision
    expect(registry.delete(pods, 'default', 'p', { dryRun: true }).isGone).toBe(true)
    expect(store.revision).toBe(before)
  })

  it('keeps the namespaces that a cluster needs', () => {
    const { registry } = registryFixture()
    expect(refusalOf(() => registry.delete(namespaces, undefined, 'default')).status.message).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    )
  })
})

describe('generated names', () => {
  it('are tried again while they are taken', () => {
    const { store, types, clock, registry } = registryFixture()
    const numbers = [0, 0, 0, 0, 0]
    const repeating = new ObjectRegistry({ store, types, clock, random: () => numbers.shift() ?? 0.5 })
    const generate = () => repeating.create(configMaps, 'default', { metadata: { name: '', generateName: 'g-' } })
    registry.create(configMaps, 'default', { metadata: { name: 'g-bbbbb' } })
    expect(generate().metadata.name).toBe('g-rrrrr')
  })

  it('that are taken are told of', () => {
    const { registry } = registryFixture()
    registry.create(configMaps, 'default', { metadata: { name: 'c' } })
    const again = () => registry.create(configMaps, 'default', { metadata: { name: 'c', generateName: 'c-' } })
    expect(refusalOf(again).status).toMatchObject({
      message: 'configmaps "c" already exists, the server was not able to generate a unique name for the object',
      reason: 'AlreadyExists',
      details: { name: 'c', kind: 'configmaps', retryAfterSeconds: 1 },
    })
  })
})

describe('what resources do', () => {
  it('makes data of stringData', () => {
    const { registry } = registryFixture()
    const object = registry.create(secrets, 'default', {
      metadata: { name: 's' },
      stringData: { a: 'b' },
      data: { a: 'WA==', c: 'ZA==' },
    })
    expect(object).toMatchObject({ data: { a: 'Yg==', c: 'ZA==' }, type: 'Opaque' })
    expect(object.stringData).toBeUndefined()
  })

  it('holds immutable for good', () => {
    const { registry } = registryFixture()
    registry.create(configMaps, 'default', { metadata: { name: 'c' }, data: { a: '1' }, immutable: true })
    const change = () => registry.update(configMaps, 'default', 'c', (map) => ({ ...map, data: { a: '2' } }))
    expect(refusalOf(change).status.message).toBe(
      'ConfigMap "c" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    )
  })
})
