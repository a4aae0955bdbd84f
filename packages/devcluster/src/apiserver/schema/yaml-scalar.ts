import { decodeBase64, STANDARD } from './go-base64.ts'

/** A scalar of YAML as Kubernetes reads it. */
export interface YamlScalar {
  readonly value: string | number | boolean | null
  /** A whole number as JSON has it, where JavaScript would write another. */
  readonly literal?: string
}

/** A scalar that is not what its tag says. */
export class YamlScalarError extends Error {
  override readonly name = 'YamlScalarError'
}

const TRUE = /^(y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const NULL = /^(|~|null|Null|NULL)$/
const NOT_FINITE = /^([-+]?)\.(nan|NaN|NAN|inf|Inf|INF)$/
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9][0-9]*|0)$/
const TAG = 'tag:yaml.org,2002:'

/**
 * Reads a scalar as Kubernetes' YAML library does (go-yaml 2): YAML 1.1, but no dates, which stay text, and nothing to
 * the base of 60. `tag` is empty for a plain scalar without one.
 *
 * @throws {YamlScalarError}
 */
export function readYamlScalar(text: string, tag: string): YamlScalar {
  switch (tag) {
    case '':
      return plain(text)
    case `${TAG}binary`:
      return { value: decoded(text) }
    case `${TAG}bool`:
    case `${TAG}int`:
    case `${TAG}float`:
    case `${TAG}null`: {
      const read = plain(text)
      const found = tagOf(read)
      const wanted = tag.slice(TAG.length)
      if (found === wanted || (found === 'int' && wanted === 'float')) return read
      throw new YamlScalarError(`cannot decode !!${found} \`${text}\` as a !!${wanted}`)
    }
    default:
      return { value: text }
  }
}

function plain(text: string): YamlScalar {
  if (NULL.test(text)) return { value: null }
  if (TRUE.test(text)) return { value: true }
  if (FALSE.test(text)) return { value: false }
  if (NOT_FINITE.test(text)) return { value: /nan/i.test(text) ? Number.NaN : Number.POSITIVE_INFINITY }
  const digits = text.replaceAll('_', '')
  const integer = /^[-+0-9]/.test(text) ? integerOf(digits) : undefined
  if (integer !== undefined) return { value: Number(integer), literal: String(integer) }
  const isFloat = FLOAT.test(text.startsWith('.') ? text : digits)
  const float = isFloat ? Number(digits) : Number.NaN
  return { value: Number.isFinite(float) ? float : text }
}

function integerOf(text: string): bigint | undefined {
  const [, sign = '', digits = ''] = INTEGER.exec(text) ?? []
  if (digits === '') return undefined
  // A mere 0 in front means octal, too.
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
  const value = sign === '-' ? -magnitude : magnitude
  return value >= -(2n ** 63n) && value < 2n ** 64n ? value : undefined
}

function tagOf({ value, literal }: YamlScalar): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'str' : literal === undefined ? 'float' : 'int'
}

function decoded(text: string): string {
  try {
    return decodeBase64(text, STANDARD).toString()
  } catch (cause) {
    throw new YamlScalarError('!!binary value contains invalid base64 data', { cause })
  }
}
