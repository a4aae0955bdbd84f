import { parseQuantity } from '../../kube/quantity.ts'

/** Amounts of resources by name, as quotas and their refusals have them. */
export type Amounts = Readonly<Record<string, string>>

/** What a create was refused for: of which quota, and what of it the pod asked for beyond what was left. */
export interface QuotaRefusal {
  readonly quota: string
  /** Only the resources that there was too little of. */
  readonly requested: Amounts
  readonly limited: Amounts
}

/** One resource of a quota refusal: how much was asked for, and the quota's limit. */
interface QuotaExcess {
  readonly resource: string
  readonly requested: string
  readonly limited: string
}

const QUOTA = /exceeded quota: ([^,]+), requested: (\S+), used: \S+, limited: (\S+)/

/** Reads the text of Kubernetes' resource quota admission; null: it is none. */
export function parseQuotaRefusal(message: string): QuotaRefusal | null {
  const [, quota, requested = '', limited = ''] = QUOTA.exec(message) ?? []
  return quota === undefined ? null : { quota, requested: parseAmounts(requested), limited: parseAmounts(limited) }
}

/**
 * The resource of which the pod alone asks for more than the quota's limit, so that waiting is of no use; null when
 * waiting may help.
 */
export function neverWithinQuota(message: string): QuotaExcess | null {
  const { requested = {}, limited = {} } = parseQuotaRefusal(message) ?? {}
  for (const [resource, amount] of Object.entries(requested)) {
    const limit = limited[resource]
    if (limit !== undefined && parseQuantity(amount) > parseQuantity(limit))
      return { resource, requested: amount, limited: limit }
  }
  return null
}

function parseAmounts(text: string): Amounts {
  return Object.fromEntries(
    text.split(',').flatMap((part) => {
      const at = part.lastIndexOf('=')
      return at < 0 ? [] : [[part.slice(0, at), part.slice(at + 1)]]
    }),
  )
}
