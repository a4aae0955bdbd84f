import { parseQuantity } from '../../kube/quantity.ts'

/** One resource of a quota refusal: how much was asked for, and the quota's limit. */
interface QuotaExcess {
  readonly resource: string
  readonly requested: string
  readonly limited: string
}

const QUOTA = /exceeded quota: [^,]+, requested: (\S+), used: \S+, limited: (\S+)/

/**
 * The resource of which the pod alone asks for more than the quota's limit, so that waiting is of no use; null when
 * waiting may help. Reads the text of Kubernetes' resource quota admission.
 */
export function neverWithinQuota(message: string): QuotaExcess | null {
  const [, requested = '', limited = ''] = QUOTA.exec(message) ?? []
  const limits = new Map(parseAmounts(limited))
  for (const [resource, amount] of parseAmounts(requested)) {
    const limit = limits.get(resource)
    if (limit !== undefined && parseQuantity(amount) > parseQuantity(limit))
      return { resource, requested: amount, limited: limit }
  }
  return null
}

function parseAmounts(text: string): [resource: string, amount: string][] {
  return text.split(',').flatMap((part) => {
    const at = part.lastIndexOf('=')
    return at < 0 ? [] : [[part.slice(0, at), part.slice(at + 1)]]
  })
}
