/** An amount of a resource, exact, in billionths, with the family of suffixes that it is written in. */
export interface Quantity {
  readonly nano: bigint
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent'
}

const FORMAT_PROBLEM = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const SUFFIX_PROBLEM = "unable to parse quantity's suffix"

const NANO = 1_000_000_000n
const DECIMAL: readonly string[] = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
/** With a binary suffix no more than this is kept. */
const MAX_BINARY = (2n ** 63n - 1n) * NANO
/** The digits may be missing: `m` is nothing at all. */
const FORM = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/
const EXPONENT = /^[eE]([+-]?[0-9]{1,3})$/

/** Reads `500m`, `1.5Gi`, `2e3`, …; undefined when it is none. Less than a billionth is rounded up, as Kubernetes does. */
export function parseQuantity(text: string): Quantity | undefined {
  const [, sign, whole = '', fraction = '', suffix = ''] = FORM.exec(text) ?? []
  const exponent = EXPONENT.exec(suffix)?.[1]
  const isBinary = suffix !== '' && BINARY.includes(suffix)
  if (text === '' || sign === undefined) return undefined
  if (!isBinary && !DECIMAL.includes(suffix) && exponent === undefined) return undefined
  let numerator = BigInt(whole + fraction || '0') * NANO
  let denominator = 10n ** BigInt(fraction.length)
  if (isBinary) numerator *= 1024n ** BigInt(BINARY.indexOf(suffix))
  const power = exponent !== undefined ? Number(exponent) : isBinary ? 0 : (DECIMAL.indexOf(suffix) - 3) * 3
  if (power >= 0) numerator *= 10n ** BigInt(power)
  else denominator *= 10n ** BigInt(-power)
  const rounded = (numerator + denominator - 1n) / denominator
  const magnitude = isBinary && rounded > MAX_BINARY ? MAX_BINARY : rounded
  const isFraction = magnitude > 0n && magnitude < NANO
  return {
    nano: sign === '-' ? -magnitude : magnitude,
    format: exponent !== undefined ? 'DecimalExponent' : isBinary && !isFraction ? 'BinarySI' : 'DecimalSI',
  }
}

/** What the API server says of text that is no quantity. */
export function quantityProblem(text: string): string {
  return text !== '' && FORM.test(text) ? SUFFIX_PROBLEM : FORMAT_PROBLEM
}

const MILLI = NANO / 1_000n

/** A quantity as Kubernetes rounds it; what is none, or has nothing to be rounded, as it is. */
export function roundedUpToMillis(text: string): string {
  const quantity = parseQuantity(text)
  const rest = (quantity?.nano ?? 0n) % MILLI
  if (!quantity || rest === 0n) return text
  // Away from zero, whatever the sign.
  const nano = quantity.nano - rest + (rest > 0n ? MILLI : -MILLI)
  return formatQuantity({ ...quantity, nano })
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
  while (value % 1000n === 0n && (format === 'DecimalExponent' || step < DECIMAL.length - 1)) {
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
