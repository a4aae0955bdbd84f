const NANO = 1_000_000_000n

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}

const BINARY_POWERS: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }

const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,3})?$/

/**
 * A Kubernetes quantity (`500m`, `1.5Gi`, `1e3`) in billionths, rounded up as Kubernetes keeps them; undefined when the
 * text is none.
 */
export function quantityInBillionths(text: string): bigint | undefined {
  const match = QUANTITY.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  let numerator = BigInt(whole + fraction) * NANO
  let denominator = 10n ** BigInt(fraction.length)
  const power = BINARY_POWERS[suffix]
  if (power !== undefined) {
    numerator <<= power
  } else {
    const exponent = DECIMAL_EXPONENTS[suffix] ?? Number(suffix.slice(1))
    if (exponent >= 0) numerator *= 10n ** BigInt(exponent)
    else denominator *= 10n ** BigInt(-exponent)
  }
  const size = divideUp(numerator, denominator)
  return sign === '-' ? -size : size
}

/** `dividend / divisor` for numbers that are not negative, rounded up. */
export function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
