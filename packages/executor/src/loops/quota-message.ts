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
    if (limit !== undefined && quantity(amount) > quantity(limit))
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

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A Kubernetes quantity as a number; NaN, which compares as false, when it is none. */
function quantity(text: string): number {
  const [, digits = '', suffix = ''] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(text) ?? []
  return digits === '' ? Number.NaN : Number(digits) * (SUFFIXES[suffix] ?? Number.NaN)
}
