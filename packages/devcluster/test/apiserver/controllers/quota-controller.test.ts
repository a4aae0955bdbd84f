import { expect, it } from 'vitest'
import { NamespaceController } from '../../../src/apiserver/controllers/namespace-controller.ts'
import { QuotaController } from '../../../src/apiserver/controllers/quota-controller.ts'
import { configMaps } from '../../../src/apiserver/resources/config-map.ts'
import { namespaces } from '../../../src/apiserver/resources/namespace.ts'
import { pods } from '../../../src/apiserver/resources/pod.ts'
import { partOf } from '../../../src/apiserver/resources/resource-definition.ts'
import { resourceQuotas } from '../../../src/apiserver/resources/resource-quota.ts'
import type { KubeObject } from '../../../src/storage/kube-object.ts'
import { refusalOf, registryFixture } from '../registry/registry-fixture.ts'

function counted(hard: Readonly<Record<string, string>>) {
  const fixture = registryFixture()
  const controller = new QuotaController(fixture.registry)
  controller.start()
  fixture.registry.create(resourceQuotas, 'default', { metadata: { name: 'q' }, spec: { hard } })
  const used = () => partOf(fixture.registry.get(resourceQuotas, 'default', 'q'), 'status', 'used')
  return { ...fixture, controller, used }
}

it('counts within the write, so the next one finds it', () => {
  const { createPod, used } = counted({ pods: '1' })
  createPod('a')
  expect(used()).toEqual({ pods: '1' })
  expect(refusalOf(() => createPod('b')).message).toBe(
    'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
  )
})

it('gives back what ended pods held, once each', () => {
  const { runPod, registry, used } = counted({ pods: '9', 'count/pods': '9' })
  runPod('a')
  const set = (phase: string) =>
    registry.update(pods, 'default', 'a', (pod) => ({ ...pod, status: { phase } }), { subresource: 'status' })
  set('Failed')
  set('Succeeded')
  expect(used()).toEqual({ pods: '0', 'count/pods': '1' })
  registry.delete(pods, 'default', 'a')
  expect(used()).toEqual({ pods: '0', 'count/pods': '0' })
})

it('is not disturbed by a status that somebody wrote, until there is a new limit', () => {
  const { registry, createPod, used } = counted({ pods: '9' })
  const update = (change: (quota: KubeObject) => KubeObject, subresource?: 'status') =>
    registry.update(resourceQuotas, 'default', 'q', change, { subresource })
  update((quota) => ({ ...quota, status: { hard: { pods: '9' }, used: { pods: '5' } } }), 'status')
  createPod('a')
  expect(used()).toEqual({ pods: '6' })
  update((quota) => ({ ...quota, spec: { hard: { pods: '8' } } }))
  expect(used()).toEqual({ pods: '1' })
})

it('does not keep a namespace from its furniture', () => {
  const { registry, store, clock } = counted({ configmaps: '0' })
  new NamespaceController(registry, 'PEM', clock).start()
  registry.update(namespaces, undefined, 'default', (one) => ({
    ...one,
    metadata: { ...one.metadata, labels: { a: 'b' } },
  }))
  expect(store.get('configmaps', 'default', 'kube-root-ca.crt')).toBeDefined()
  expect(refusalOf(() => registry.create(configMaps, 'default', { metadata: { name: 'c' } })).code).toBe(403)
})

it('counts no more once it is stopped', () => {
  const { controller, createPod, used } = counted({ pods: '1' })
  controller.stop()
  createPod('a')
  expect(used()).toEqual({ pods: '0' })
})
