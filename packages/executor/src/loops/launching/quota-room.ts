import { parseQuantity } from '../../kube/quantity.ts'
import type { Amounts, QuotaRefusal } from './quota-message.ts'

/** What is read of a ResourceQuota. */
export interface QuotaStatus {
  readonly hard: Amounts
  readonly used: Amounts
}

/** The quotas of a namespace by name, as far as they were told of; null: it is gone. */
export type Quotas = ReadonlyMap<string, QuotaStatus | null>

/** Sums of fractions, such as 0.1 cores ten times, may lie a hair below what they are. */
const HAIR = 1e-9

/**
 * How many pods like the refused one the quota has room for at present, by its own count; negative when more is used than
 * it allows, infinite when it limits them no more, or is gone; null when nothing was told of it.
 */
export function quotaRoom({ quota, requested }: QuotaRefusal, quotas: Quotas): number | null {
  const status = quotas.get(quota)
  if (status === undefined) return null
  const { hard = {}, used = {} } = status ?? {}
  const rooms = Object.entries(requested).map(([resource, amount]) => {
    const limit = hard[resource]
    if (limit === undefined) return Number.POSITIVE_INFINITY
    const left = parseQuantity(limit) - parseQuantity(used[resource] ?? '0')
    return Math.floor(left / parseQuantity(amount) + HAIR)
  })
  return Math.min(...rooms)
}
