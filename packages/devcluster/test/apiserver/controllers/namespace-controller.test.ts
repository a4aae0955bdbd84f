import { expect, it } from 'vitest'
import { NamespaceController } from '../../../src/apiserver/controllers/namespace-controller.ts'
import { configMaps } from '../../../src/apiserver/resources/config-map.ts'
import { namespaces } from '../../../src/apiserver/resources/namespace.ts'
import { pods } from '../../../src/apiserver/resources/pod.ts'
import { serviceAccounts } from '../../../src/apiserver/resources/service-account.ts'
import { podOf, refusalOf, registryFixture } from '../registry/registry-fixture.ts'

function furnished() {
  const fixture = registryFixture()
  const controller = new NamespaceController(fixture.registry, 'PEM')
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
  expect(store.get('namespaces', undefined, 'team')?.status).toEqual({ phase: 'Terminating' })
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

it('does nothing more once it is stopped', () => {
  const { registry, store, controller } = furnished()
  controller.stop()
  registry.create(namespaces, undefined, { metadata: { name: 'late' } })
  expect(store.get('serviceaccounts', 'late', 'default')).toBeUndefined()
})
