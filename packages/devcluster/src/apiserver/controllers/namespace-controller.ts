import type { Change } from '../../storage/change-log.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { ObjectRegistry } from '../registry/object-registry.ts'
import { RESOURCES } from '../resource-registry.ts'
import { configMaps } from '../resources/config-map.ts'
import { namespaces } from '../resources/namespace.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { serviceAccounts } from '../resources/service-account.ts'

const CONTENT = RESOURCES.filter(({ namespaced, group }) => namespaced && group === '')

/** What every namespace has, and gets again when somebody deletes it. */
const FURNITURE: readonly { readonly resource: ResourceDefinition; readonly name: string }[] = [
  { resource: serviceAccounts, name: 'default' },
  { resource: configMaps, name: 'kube-root-ca.crt' },
]

/**
 * Furnishes namespaces and empties those that are deleted, as parts of the controller manager do. It acts inside the
 * write that it hears of, so there is no moment in which a new namespace has no service account.
 */
export class NamespaceController {
  readonly #registry: ObjectRegistry
  readonly #authorityPem: string
  #unsubscribe: (() => void) | undefined

  constructor(registry: ObjectRegistry, authorityPem: string) {
    this.#registry = registry
    this.#authorityPem = authorityPem
  }

  start(): void {
    this.#unsubscribe ??= this.#registry.store.subscribe((resource, change) => this.#heard(resource, change))
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #heard(resource: string, { type, object }: Change): void {
    if (resource === 'namespaces') {
      if (type === 'DELETED') return
      if (object.metadata.deletionTimestamp === undefined) this.#furnish(object.metadata.name)
      else this.#empty(object.metadata.name)
      return
    }
    const { namespace } = object.metadata
    if (type !== 'DELETED' || namespace === undefined) return
    const found = this.#namespace(namespace)
    if (!found) return
    if (found.metadata.deletionTimestamp === undefined) this.#furnish(namespace)
    else this.#finish(namespace)
  }

  #namespace(name: string): KubeObject | undefined {
    return this.#registry.store.get('namespaces', undefined, name)
  }

  #furnish(namespace: string): void {
    for (const { resource, name } of FURNITURE) {
      if (this.#registry.store.get(resource.collection, namespace, name)) continue
      const data = resource === configMaps ? { data: { 'ca.crt': this.#authorityPem } } : {}
      this.#registry.create(resource, namespace, { metadata: { name }, ...data }, { bypassesQuotas: true })
    }
  }

  #empty(namespace: string): void {
    for (const resource of CONTENT) {
      for (const { metadata } of this.#registry.store.list(resource.collection, namespace)) {
        if (metadata.deletionTimestamp === undefined) this.#registry.delete(resource, namespace, metadata.name)
      }
    }
    this.#finish(namespace)
  }

  /** Lets a namespace go once nothing is left in it. */
  #finish(name: string): void {
    const isEmpty = CONTENT.every(({ collection }) => this.#registry.store.isEmpty(collection, name))
    const namespace = this.#namespace(name)
    if (!isEmpty || !namespace) return
    const { finalizers = [] } = (namespace.spec ?? {}) as { finalizers?: readonly string[] }
    const others = finalizers.filter((finalizer) => finalizer !== 'kubernetes')
    this.#registry.update(namespaces, undefined, name, (current) => ({ ...current, spec: { finalizers: others } }), {
      subresource: 'finalize',
    })
  }
}
