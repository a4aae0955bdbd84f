import { addQuantities, type Quantity, quantityOf } from './apiserver/schema/quantity.ts'
import type { Pod } from './types.ts'

/** Amounts by the names of their resources. */
export type Amounts = ReadonlyMap<string, Quantity>

type Resources = NonNullable<NonNullable<Pod['spec']>['containers'][number]['resources']>
type Quantities = Readonly<Record<string, unknown>>

/**
 * What a pod requests: its containers and sidecars together, or the largest init container with the sidecars that run
 * beside it, whichever is more. Kubernetes: resource.PodRequests.
 */
export function podRequests(pod: Pod): Map<string, Quantity> {
  // A limit without a request counts as the request, as the API server's defaulting has it.
  return podAmounts(pod, ({ limits, requests }) => ({ ...limits, ...requests }))
}

/** The limits of a pod's containers, put together like {@link podRequests}. Kubernetes: resource.PodLimits. */
export function podLimits(pod: Pod): Map<string, Quantity> {
  return podAmounts(pod, ({ limits = {} }) => limits)
}

/** Reads amounts out of an object that was found valid. */
export function amountsOf(quantities: Quantities | undefined): Map<string, Quantity> {
  return new Map(Object.entries(quantities ?? {}).map(([name, text]) => [name, quantityOf(String(text))]))
}

function podAmounts({ spec }: Pod, amountsIn: (resources: Resources) => Quantities): Map<string, Quantity> {
  const total = new Map<string, Quantity>()
  for (const { resources = {} } of spec?.containers ?? []) add(total, amountsOf(amountsIn(resources)))
  const sidecars = new Map<string, Quantity>()
  const init = new Map<string, Quantity>()
  for (const { resources = {}, restartPolicy } of spec?.initContainers ?? []) {
    const own = amountsOf(amountsIn(resources))
    if (restartPolicy === 'Always') {
      add(sidecars, own)
      add(total, own)
      raise(init, sidecars)
    } else {
      add(own, sidecars)
      raise(init, own)
    }
  }
  raise(total, init)
  return total
}

function add(total: Map<string, Quantity>, more: Amounts): void {
  for (const [name, amount] of more) {
    const before = total.get(name)
    total.set(name, before ? addQuantities(before, amount) : amount)
  }
}

function raise(total: Map<string, Quantity>, least: Amounts): void {
  for (const [name, amount] of least) if (amount.nano > (total.get(name)?.nano ?? -1n)) total.set(name, amount)
}
