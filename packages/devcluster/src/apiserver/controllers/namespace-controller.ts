import type { Clock } from '../../clock.ts'
import type { Change } from '../../storage/change-log.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { ObjectRegistry } from '../registry/object-registry.ts'
import { RESOURCES } from '../resource-registry.ts'
import { configMaps } from '../resources/config-map.ts'
import { namespaces } from '../resources/namespace.ts'
import { pods } from '../resources/pod.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { serviceAccounts } from '../resources/service-account.ts'
import { type NamespaceCondition, type Remains, withNamespaceConditions } from './namespace-conditions.ts'

/** An event is found twice, under the names of both of its groups, and so it is counted. */
const CONTENT = RESOURCES.filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete'))
const AFTER_PODS = CONTENT.filter((resource) => resource !== pods)

/** Kubernetes' controller first looks so long after the deletion: what has less grace than that should be gone by then. */
const FIRST_LOOK_MS = 5_000

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
  readonly #clock: Clock
  /** The namespaces that are being emptied right now: what is heard of them meanwhile is this controller's own doing. */
  readonly #emptying = new Set<string>()
  #unsubscribe: (() => void) | undefined

  constructor(registry: ObjectRegistry, authorityPem: string, clock: Clock) {
    this.#registry = registry
    this.#authorityPem = authorityPem
    this.#clock = clock
  }

  start(): void {
    this.#unsubscribe ??= this.#registry.store.subscribe((resource, change) => this.#heard(resource, change))
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #heard(resource: string, { type, object }: Change): void {
    const isNamespace = resource === 'namespaces'
    const name = isNamespace ? object.metadata.name : object.metadata.namespace
    if (name === undefined || (type === 'DELETED') === isNamespace) return
    const namespace = this.#namespace(name)
    if (!namespace) return
    if (namespace.metadata.deletionTimestamp === undefined) this.#furnish(name)
    else this.#end(name)
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

  /** Empties a namespace, says what is left in it, and lets it go once that is nothing. */
  #end(name: string): void {
    const namespace = this.#namespace(name)
    if (!namespace || this.#emptying.has(name) || finalizersOf(namespace).length === 0) return
    this.#emptying.add(name)
    try {
      const podsLeft = this.#delete(namespace, [pods])
      // Nothing else is deleted before the pods are gone, and then the pods that are left are not spoken of.
      const arePodsGone = podsLeft.resources.size === 0
      const left = arePodsGone ? this.#delete(namespace, AFTER_PODS) : { ...NOTHING, failures: podsLeft.failures }
      this.#report(name, left)
      if (arePodsGone && left.resources.size === 0) this.#finish(name)
    } finally {
      this.#emptying.delete(name)
    }
  }

  /** Deletes everything of these resources; the answer is what stays all the same. */
  #delete({ metadata: { name, deletionTimestamp } }: KubeObject, resources: readonly ResourceDefinition[]): Remains {
    const { store } = this.#registry
    const elapsedMs = Math.max(FIRST_LOOK_MS, this.#clock.now() - Date.parse(deletionTimestamp ?? ''))
    const found = { resources: new Map<string, number>(), finalizers: new Map<string, number>() }
    const failures: string[] = []
    for (const resource of resources) {
      const isInGrace = resource === pods && longestGraceMs(store.list(pods.collection, name)) > elapsedMs
      for (const { metadata } of store.list(resource.collection, name)) {
        this.#registry.delete(resource, name, metadata.name)
      }
      const left = store.list(resource.collection, name)
      if (left.length === 0) continue
      found.resources.set(`${resource.plural}.${resource.group}`, left.length)
      const finalizers = left.flatMap(({ metadata }) => [...(metadata.finalizers ?? [])])
      for (const finalizer of finalizers) {
        found.finalizers.set(finalizer, (found.finalizers.get(finalizer) ?? 0) + 1)
      }
      if (finalizers.length > 0 || isInGrace) continue
      const { group, version, plural } = resource
      failures.push(
        `unexpected items still remain in namespace: ${name} for gvr: ${group}/${version}, Resource=${plural}`,
      )
    }
    return { ...found, failures }
  }

  #report(name: string, remains: Remains): void {
    const change = (namespace: KubeObject): KubeObject => {
      const status = (namespace.status ?? {}) as { readonly conditions?: readonly NamespaceCondition[] }
      const conditions = withNamespaceConditions(status.conditions ?? [], remains, this.#clock.now())
      return { ...namespace, status: { ...status, conditions } }
    }
    this.#registry.update(namespaces, undefined, name, change, { subresource: 'status' })
  }

  #finish(name: string): void {
    const change = (namespace: KubeObject): KubeObject => {
      const others = new Set(finalizersOf(namespace).filter((finalizer) => finalizer !== 'kubernetes'))
      return { ...namespace, spec: { finalizers: [...others].sort() } }
    }
    this.#registry.update(namespaces, undefined, name, change, { subresource: 'finalize' })
  }
}

const NOTHING: Remains = { resources: new Map(), finalizers: new Map(), failures: [] }

function finalizersOf({ spec }: KubeObject): readonly string[] {
  return ((spec ?? {}) as { readonly finalizers?: readonly string[] }).finalizers ?? []
}

/** How long the longest of the pods that have not ended may take to end. */
function longestGraceMs(found: readonly KubeObject[]): number {
  const graces = found.map(({ spec, status }) => {
    const { phase } = (status ?? {}) as { readonly phase?: string }
    if (phase === 'Succeeded' || phase === 'Failed') return 0
    return ((spec ?? {}) as { readonly terminationGracePeriodSeconds?: number }).terminationGracePeriodSeconds ?? 0
  })
  return Math.max(0, ...graces) * 1_000
}
