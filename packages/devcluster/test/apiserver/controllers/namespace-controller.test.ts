import { expect, it } from 'vitest'
import type { NamespaceCondition } from '../../../src/apiserver/controllers/namespace-conditions.ts'
import { NamespaceController } from '../../../src/apiserver/controllers/namespace-controller.ts'
import { configMaps } from '../../../src/apiserver/resources/config-map.ts'
import { events } from '../../../src/apiserver/resources/event.ts'
import { namespaces } from '../../../src/apiserver/resources/namespace.ts'
import { pods } from '../../../src/apiserver/resources/pod.ts'
import { serviceAccounts } from '../../../src/apiserver/resources/service-account.ts'
import type { KubeObject } from '../../../src/storage/kube-object.ts'
import { podOf, refusalOf, registryFixture } from '../registry/registry-fixture.ts'

function furnished() {
  const fixture = registryFixture()
  const controller = new NamespaceController(fixture.registry, 'PEM', fixture.clock)
  controller.start()
  fixture.registry.create(namespaces, undefined, { metadata: { name: 'team' } })
  return { ...fixture, controller }
}

it('furnishes a namespace before anybody can look', () => {
  const { store } = furnished()
  expect(store.get('serviceaccounts', 'team', 'default')).toBeDefined()
  expect(store.get('configmaps', 'team', 'kube-root-ca.crt')?.data).toEqual({ 'ca.crt': 'PEM' })
})

it('brings back what somebody deletes', () => {
  const { registry, store } = furnished()
  registry.delete(serviceAccounts, 'team', 'default')
  expect(store.get('serviceaccounts', 'team', 'default')).toBeDefined()
})

it('empties a deleted namespace and lets it go', () => {
  const { registry, store } = furnished()
  registry.create(pods, 'team', podOf('p'))
  registry.delete(namespaces, undefined, 'team')
  expect(store.list('pods', 'team')).toEqual([])
  expect(store.list('configmaps', 'team')).toEqual([])
  expect(store.get('namespaces', undefined, 'team')).toBeUndefined()
})

it('waits for what stays, and refuses anything new meanwhile', () => {
  const { registry, store } = furnished()
  registry.create(configMaps, 'team', { metadata: { name: 'held', finalizers: ['a/b'] } })
  registry.delete(namespaces, undefined, 'team')
  expect(store.get('namespaces', undefined, 'team')?.status).toMatchObject({ phase: 'Terminating' })
  const { status } = refusalOf(() => registry.create(configMaps, 'team', { metadata: { name: 'new' } }))
  expect(status).toMatchObject({
    code: 403,
    message:
      'configmaps "new" is forbidden: unable to create new content in namespace team because it is being terminated',
    details: { causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] },
  })
  registry.update(configMaps, 'team', 'held', (map) => ({ ...map, metadata: { ...map.metadata, finalizers: [] } }))
  expect(store.get('namespaces', undefined, 'team')).toBeUndefined()
})

/** What its conditions say that is not well, by their types. */
function troublesOf(namespace: KubeObject | undefined): Record<string, string> {
  const { conditions = [] } = (namespace?.status ?? {}) as { conditions?: readonly NamespaceCondition[] }
  const troubles = conditions.filter(({ status }) => status === 'True')
  return Object.fromEntries(troubles.map(({ type, message = '' }) => [type, message]))
}

it('says what is left, and an event twice', () => {
  const { registry, store } = furnished()
  registry.create(configMaps, 'team', { metadata: { name: 'held', finalizers: ['a/b', 'a/c'] } })
  const event = { metadata: { name: 'held', finalizers: ['a/b'] }, involvedObject: { namespace: 'team' } }
  registry.create(events, 'team', event)
  registry.delete(namespaces, undefined, 'team')
  expect(troublesOf(store.get('namespaces', undefined, 'team'))).toEqual({
    NamespaceContentRemaining:
      'Some resources are remaining: configmaps. has 1 resource instances, events. has 1 resource instances, events.events.k8s.io has 1 resource instances',
    NamespaceFinalizersRemaining:
      'Some content in the namespace has finalizers remaining: a/b in 3 resource instances, a/c in 1 resource instances',
  })
})

it('deletes nothing else before the pods are gone, and says nothing of them', () => {
  const { registry, store } = furnished()
  registry.create(pods, 'team', podOf('held', { metadata: { finalizers: ['a/b'] } }))
  registry.delete(namespaces, undefined, 'team')
  expect(store.get('configmaps', 'team', 'kube-root-ca.crt')).toBeDefined()
  const namespace = store.get('namespaces', undefined, 'team')
  expect([namespace?.status, troublesOf(namespace)]).toEqual([
    { phase: 'Terminating', conditions: expect.objectContaining({ length: 5 }) },
    {},
  ])
  registry.update(pods, 'team', 'held', (pod) => ({ ...pod, metadata: { ...pod.metadata, finalizers: [] } }))
  expect(store.get('namespaces', undefined, 'team')).toBeUndefined()
})

it.each([
  [5, { NamespaceDeletionContentFailure: expect.stringContaining('for gvr: /v1, Resource=pods') }],
  [6, {}],
])('gives pods %i seconds of grace and says %j', (terminationGracePeriodSeconds, troubles) => {
  const { registry, store } = furnished()
  registry.create(pods, 'team', podOf('slow', { spec: { nodeName: 'n', terminationGracePeriodSeconds } }))
  registry.delete(namespaces, undefined, 'team')
  expect(troublesOf(store.get('namespaces', undefined, 'team'))).toEqual(troubles)
})

it('leaves alone what somebody else has finalized, until it is deleted again', () => {
  const { registry, store } = furnished()
  const finalized = (namespace: KubeObject) => ({ ...namespace, spec: { finalizers: [] } })
  registry.update(namespaces, undefined, 'team', finalized, { subresource: 'finalize' })
  registry.delete(namespaces, undefined, 'team')
  expect(store.get('namespaces', undefined, 'team')?.status).toEqual({ phase: 'Terminating' })
  expect(store.get('serviceaccounts', 'team', 'default')).toBeDefined()
  const preconditions = { resourceVersion: 'x' }
  expect(refusalOf(() => registry.delete(namespaces, undefined, 'team', { preconditions })).status.message).toContain(
    'Precondition failed: ResourceVersion in precondition: x, ResourceVersion in object meta: ',
  )
  expect(registry.delete(namespaces, undefined, 'team').isGone).toBe(true)
})

it('does nothing more once it is stopped', () => {
  const { registry, store, controller } = furnished()
  controller.stop()
  registry.create(namespaces, undefined, { metadata: { name: 'late' } })
  expect(store.get('serviceaccounts', 'late', 'default')).toBeUndefined()
})
