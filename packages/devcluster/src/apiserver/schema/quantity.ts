/** An amount of a resource, exact, in billionths, with the family of suffixes that it is written in. */
export interface Quantity {
  readonly nano: bigint
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent'
}

/** What the API server says of text that is no quantity. */
export const QUANTITY_FORMAT_MESSAGE =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

const NANO = 1_000_000_000n
const DECIMAL: readonly string[] = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const FORM = /^([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?[0-9]{1,3}))$/

/** Reads `500m`, `1.5Gi`, `2e3`, …; undefined when it is none. Less than a billionth is rounded up, as Kubernetes does. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = FORM.exec(text)
  if (!match) return undefined
  const [, sign, digits = '', binary, decimal, exponent] = match
  const [whole = '', fraction = ''] = digits.split('.')
  let numerator = BigInt(whole + fraction || '0') * NANO
  let denominator = 10n ** BigInt(fraction.length)
  if (binary) numerator *= 1024n ** BigInt(BINARY.indexOf(binary))
  const power = exponent !== undefined ? Number(exponent) : binary ? 0 : (DECIMAL.indexOf(decimal ?? '') - 3) * 3
  if (power >= 0) numerator *= 10n ** BigInt(power)
  else denominator *= 10n ** BigInt(-power)
  const magnitude = (numerator + denominator - 1n) / denominator
  return {
    nano: sign === '-' ? -magnitude : magnitude,
    format: binary ? 'BinarySI' : exponent !== undefined ? 'DecimalExponent' : 'DecimalSI',
  }
}

/** The one way to write a quantity: no fraction, the largest suffix that loses nothing. */
export function formatQuantity({ nano, format }: Quantity): string {
  const sign = nano < 0n ? '-' : ''
  const magnitude = nano < 0n ? -nano : nano
  if (magnitude === 0n) return '0'
  if (format === 'BinarySI' && magnitude >= 1024n * NANO && magnitude % NANO === 0n) {
    let value = magnitude / NANO
    let step = 0
    while (value % 1024n === 0n && step < BINARY.length - 1) {
      value /= 1024n
      step++
    }
    return `${sign}${value}${BINARY[step]}`
  }
  let value = magnitude
  let step = 0
  while (value % 1000n === 0n && step < DECIMAL.length - 1) {
    value /= 1000n
    step++
  }
  if (format !== 'DecimalExponent') return `${sign}${value}${DECIMAL[step]}`
  const power = (step - 3) * 3
  return `${sign}${value}${power === 0 ? '' : `e${power}`}`
}

/** Reads a quantity out of a stored object, where it is always a good one. */
export function quantityOf(text: string): Quantity {
  const quantity = parseQuantity(text)
  if (!quantity) throw new Error(`a stored quantity is none: ${text}`)
  return quantity
}

/** The sum, in the first one's suffixes unless that is nothing. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format }
}
