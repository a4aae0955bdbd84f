import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { ObjectRegistry } from '../../../src/apiserver/registry/object-registry.ts'
import { namespaces } from '../../../src/apiserver/resources/namespace.ts'
import { pods } from '../../../src/apiserver/resources/pod.ts'
import { serviceAccounts } from '../../../src/apiserver/resources/service-account.ts'
import { ApiTypes } from '../../../src/apiserver/schema/api-type.ts'
import { ApiError } from '../../../src/apiserver/status.ts'
import type { KubeObject } from '../../../src/storage/kube-object.ts'
import { VersionedStore } from '../../../src/storage/versioned-store.ts'

/** A registry with the namespace `default`, on a clock that stands still and with numbers that repeat. */
export function registryFixture() {
  const clock = new FakeClock()
  const store = new VersionedStore()
  const types = new ApiTypes()
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const registry = new ObjectRegistry({ store, types, clock, random })
  registry.create(namespaces, undefined, { metadata: { name: 'default' } })
  registry.create(serviceAccounts, 'default', { metadata: { name: 'default' } })
  const createPod = (name: string, changes: { metadata?: object; spec?: object } = {}) =>
    registry.create(pods, 'default', podOf(name, changes))
  /** Bound and running. */
  const runPod = (name: string, changes: { metadata?: object; spec?: object } = {}) => {
    createPod(name, { ...changes, spec: { ...changes.spec, nodeName: 'n' } })
    return registry.update(pods, 'default', name, (pod) => ({ ...pod, status: { phase: 'Running' } }), {
      subresource: 'status',
    })
  }
  return { clock, store, types, random, registry, createPod, runPod }
}

export function podOf(
  name: string,
  { metadata = {}, spec = {} }: { metadata?: object; spec?: object } = {},
): KubeObject {
  return { metadata: { name, ...metadata }, spec: { containers: [{ name: 'base', image: 'busybox' }], ...spec } }
}

/** The refusal that a call ends in. */
export function refusalOf(call: () => unknown): ApiError {
  try {
    call()
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('it was not refused')
}
