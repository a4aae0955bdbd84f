import { type Amounts, amountsOf } from '../../pod-resources.ts'
import type { Change } from '../../storage/change-log.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { ResourceQuota } from '../../types.ts'
import { type Evaluator, evaluators } from '../quota/evaluator.ts'
import type { ObjectRegistry } from '../registry/object-registry.ts'
import { resourceQuotas } from '../resources/resource-quota.ts'
import { addQuantities, formatQuantity, type Quantity } from '../schema/quantity.ts'

const NOTHING: Quantity = { nano: 0n, format: 'DecimalSI' }
const asQuota = (object: KubeObject) => object as unknown as ResourceQuota

/**
 * Keeps the status of quotas, as a part of the controller manager does: what they allow and what is used. It acts inside
 * the write that it hears of, so the next request finds what this one used.
 */
export class QuotaController {
  readonly #registry: ObjectRegistry
  readonly #byCollection = new Map(evaluators.map((evaluator) => [evaluator.resource.collection, evaluator]))
  #unsubscribe: (() => void) | undefined

  constructor(registry: ObjectRegistry) {
    this.#registry = registry
  }

  start(): void {
    this.#unsubscribe ??= this.#registry.store.subscribe((collection, change) => this.#heard(collection, change))
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #heard(collection: string, change: Change): void {
    const evaluator = this.#byCollection.get(collection)
    const { namespace } = change.object.metadata
    if (!evaluator || namespace === undefined || this.#registry.store.isEmpty('resourcequotas', namespace)) return
    for (const quota of this.#registry.store.list('resourcequotas', namespace)) this.#count(quota, evaluator, change)
    if (collection === 'resourcequotas' && isNewLimit(change)) this.#recount(change.object)
  }

  /** Adds what a change brought, and takes off what it ended. */
  #count(object: KubeObject, evaluator: Evaluator, { type, object: changed, previous }: Change): void {
    const { spec = {}, status } = asQuota(object)
    const usageOf = (one: KubeObject | undefined): Amounts =>
      one && evaluator.isInScope(spec, one) ? evaluator.usage(one) : new Map()
    const before = usageOf(previous)
    const after = usageOf(type === 'DELETED' ? undefined : changed)
    const used = amountsOf(status?.used)
    let hasChanged = false
    for (const [name, amount] of used) {
      const { nano: ended } = before.get(name) ?? NOTHING
      const begun = after.get(name) ?? NOTHING
      if (ended === begun.nano) continue
      hasChanged = true
      used.set(name, addQuantities({ ...amount, nano: amount.nano - ended }, begun))
    }
    if (hasChanged) this.#write(object, { ...status, used: written(used) })
  }

  /** Counts everything that is there. */
  #recount({ metadata: { namespace, name } }: KubeObject): void {
    const { store } = this.#registry
    const object = store.get('resourcequotas', namespace, name)
    if (!object) return
    const { spec = {} } = asQuota(object)
    const hard = spec.hard ?? {}
    const used = new Map(
      Object.keys(hard)
        .filter(isCounted)
        .map((resource) => [resource, NOTHING]),
    )
    for (const evaluator of evaluators) {
      if (![...used.keys()].some(evaluator.uses)) continue
      for (const one of store.list(evaluator.resource.collection, namespace)) {
        if (!evaluator.isInScope(spec, one)) continue
        for (const [resource, amount] of evaluator.usage(one)) {
          const before = used.get(resource)
          if (before) used.set(resource, addQuantities(before, amount))
        }
      }
    }
    this.#write(object, { hard, used: written(used) })
  }

  #write({ metadata: { namespace, name } }: KubeObject, status: object): void {
    this.#registry.update(resourceQuotas, namespace, name, (current) => ({ ...current, status }), {
      subresource: 'status',
    })
  }
}

function isNewLimit({ type, object, previous }: Change): boolean {
  const hard = (quota: KubeObject) => JSON.stringify(asQuota(quota).spec?.hard)
  return type !== 'DELETED' && (previous === undefined || hard(object) !== hard(previous))
}

/** Extended resources count as `requests.NAME` only, events not at all. */
function isCounted(name: string): boolean {
  return !/^count\/events(\.|$)/.test(name) && (!name.includes('/') || /^(count\/|requests\.)/.test(name))
}

function written(amounts: Amounts): Readonly<Record<string, string>> {
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, formatQuantity(amount)]))
}
