import type { ApiField, ApiStruct, ApiType, ApiTypes, Leaf } from './api-type.ts'
import type { RepeatedKeys } from './json-text.ts'
import { goPathOf, type Place, pathOf } from './place.ts'
import { formatQuantity, parseQuantity, QUANTITY_FORMAT_MESSAGE } from './quantity.ts'

/** A body that is no object of its kind; the message is what Kubernetes puts behind "cannot be handled as a …: ". */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/** An object read by its type. */
export interface Decoded {
  /** In the server's order, without unknown fields and without what is left out when empty. */
  readonly value: Record<string, unknown>
  /** `unknown field "spec.foo"`, `duplicate field "metadata.name"`, in the order of the text. */
  readonly strictErrors: readonly string[]
}

/**
 * Reads an object as Go's decoder reads it into the struct of that name and writes it out again: the same things are
 * left out, defaulted to zero, refused, and with the same words.
 *
 * `known`: an object that was read before. Parts of the input that are its very own are taken over as they are.
 *
 * @throws {DecodeError} at the first value of a wrong type
 */
export function decodeObject(
  types: ApiTypes,
  typeName: string,
  input: unknown,
  repeated: RepeatedKeys = new Map(),
  known: Readonly<Record<string, unknown>> = {},
): Decoded {
  const decoder = new Decoder(types, repeated, known)
  const struct = types.struct(typeName)
  if (!isRecord(input) && input !== null) {
    throw new DecodeError(`json: cannot unmarshal ${kindOf(input)} into Go value of type v1.${typeName}`)
  }
  const value = decoder.struct(struct, input ?? {}, undefined)
  return { value, strictErrors: decoder.strictErrors }
}

class Decoder {
  readonly strictErrors: string[] = []
  readonly #types: ApiTypes
  readonly #repeated: RepeatedKeys
  readonly #known: Readonly<Record<string, unknown>>

  constructor(types: ApiTypes, repeated: RepeatedKeys, known: Readonly<Record<string, unknown>>) {
    this.#types = types
    this.#repeated = repeated
    this.#known = known
  }

  struct(struct: ApiStruct, input: Record<string, unknown>, place: Place | undefined): Record<string, unknown> {
    const read = new Map<string, unknown>()
    const repeated = this.#repeated.get(input)
    const seen = new Set<string>()
    for (const key of repeated ?? Object.keys(input)) {
      const at: Place = { within: place, step: key, isKey: false, struct: struct.goName }
      if (repeated) {
        if (seen.has(key)) {
          this.strictErrors.push(`duplicate field "${pathOf(at)}"`)
          continue
        }
        seen.add(key)
      }
      if (!place && (key === 'kind' || key === 'apiVersion')) continue
      const field = struct.byName.get(key)
      if (!field) {
        this.strictErrors.push(`unknown field "${pathOf(at)}"`)
        continue
      }
      const isKnown = !place && typeof input[key] === 'object' && input[key] === this.#known[key]
      read.set(key, isKnown ? (input[key] ?? undefined) : this.#value(field.type, input[key], at))
    }
    const output: Record<string, unknown> = {}
    for (const field of struct.fields) {
      const value = this.#written(field, read.get(field.name))
      if (value !== undefined) output[field.name] = value
    }
    return output
  }

  /** What Go writes for a field: undefined when it is left out. */
  #written(field: ApiField, value: unknown): unknown {
    if (value === undefined) {
      if (field.type.kind === 'pointer' || field.type.kind === 'list' || field.type.kind === 'map') {
        return field.omitEmpty ? undefined : null
      }
      if (field.omitZero) return undefined
      return this.#zero(field.type, field.omitEmpty)
    }
    return field.omitEmpty && isEmpty(field.type, value) ? undefined : value
  }

  #zero(type: ApiType, omitEmpty: boolean): unknown {
    // Go never counts a struct as empty.
    if (type.kind === 'struct') return this.struct(this.#types.struct(type.name), {}, undefined)
    if (type.kind !== 'leaf') return undefined
    if (type.leaf === 'Time' || type.leaf === 'MicroTime') return null
    if (type.leaf === 'IntOrString') return 0
    if (type.leaf === 'Quantity') return '0'
    if (omitEmpty) return undefined
    return type.leaf === 'string' ? '' : type.leaf === 'bool' ? false : type.leaf === 'bytes' ? null : 0
  }

  /** Undefined stands for null: nothing was said. */
  #value(type: ApiType, input: unknown, place: Place): unknown {
    if (input === null || input === undefined) return undefined
    switch (type.kind) {
      case 'pointer':
        return this.#value(type.to, input, place)
      case 'list':
        if (!Array.isArray(input)) throw mismatch(type, input, place)
        return input.map(
          (item, index) =>
            this.#value(type.of, item, { within: place, step: index, isKey: false, struct: place.struct }) ??
            this.#zero(type.of, false),
        )
      case 'map':
        if (!isRecord(input)) throw mismatch(type, input, place)
        return this.#map(type.of, input, place)
      case 'struct':
        if (!isRecord(input)) throw mismatch(type, input, place)
        return this.struct(this.#types.struct(type.name), input, place)
      case 'leaf':
        return leafValue(type.leaf, type, input, place)
    }
  }

  #map(type: ApiType, input: Record<string, unknown>, place: Place): Record<string, unknown> {
    const repeated = this.#repeated.get(input)
    if (repeated) {
      const seen = new Set<string>()
      for (const key of repeated) {
        if (seen.has(key)) this.strictErrors.push(`duplicate field "${pathOf(place)}.${key}"`)
        seen.add(key)
      }
    }
    const output: Record<string, unknown> = {}
    for (const key of Object.keys(input).sort()) {
      const at: Place = { within: place, step: key, isKey: true, struct: place.struct }
      const value = this.#value(type, input[key], at) ?? this.#zero(type, false)
      Object.defineProperty(output, key, { value, writable: true, enumerable: true, configurable: true })
    }
    return output
  }
}

function leafValue(leaf: Leaf, type: ApiType, input: unknown, place: Place): unknown {
  switch (leaf) {
    case 'any':
      return input
    case 'string':
      if (typeof input !== 'string') throw mismatch(type, input, place)
      return input
    case 'bool':
      if (typeof input !== 'boolean') throw mismatch(type, input, place)
      return input
    case 'float64':
      if (typeof input !== 'number') throw mismatch(type, input, place)
      return input
    case 'int32':
    case 'int64': {
      if (typeof input !== 'number') throw mismatch(type, input, place)
      const limit = leaf === 'int32' ? 2 ** 31 : 2 ** 63
      if (!Number.isInteger(input) || input >= limit || input < -limit) throw mismatch(type, input, place, ` ${input}`)
      return input
    }
    case 'bytes':
      if (typeof input !== 'string') throw mismatch(type, input, place)
      return base64(input)
    case 'Time':
    case 'MicroTime':
      if (typeof input !== 'string') {
        throw new DecodeError(`json: cannot unmarshal ${kindOf(input)} into Go value of type string`)
      }
      return time(input, leaf)
    case 'Quantity': {
      const quantity = typeof input === 'string' || typeof input === 'number' ? parseQuantity(String(input)) : undefined
      if (!quantity) throw new DecodeError(QUANTITY_FORMAT_MESSAGE)
      return formatQuantity(quantity)
    }
    case 'IntOrString':
      if (typeof input === 'string' || Number.isInteger(input)) return input
      throw new DecodeError(`json: cannot unmarshal ${kindOf(input)} into Go value of type int32`)
  }
}

function isEmpty(type: ApiType, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (type.kind === 'map') return Object.keys(value as object).length === 0
  return type.kind === 'leaf' && (value === '' || value === 0 || value === false) && type.leaf !== 'IntOrString'
}

function base64(input: string): string {
  const text = input.replace(/[\r\n]/g, '')
  const good = /^[A-Za-z0-9+/]*={0,2}/.exec(text)?.[0].length ?? 0
  if (good < text.length || text.length % 4 !== 0) {
    throw new DecodeError(
      `illegal base64 data at input byte ${good < text.length ? good : text.length - (text.length % 4)}`,
    )
  }
  return text
}

const RFC3339 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** Seconds, or microseconds, in UTC, as the server writes them. */
function time(text: string, leaf: 'Time' | 'MicroTime'): string {
  const match = RFC3339.exec(text)
  const milliseconds = match ? Date.parse(text) : Number.NaN
  if (!match || Number.isNaN(milliseconds)) {
    const layout = leaf === 'Time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00'
    throw new DecodeError(`parsing time "${text}" as "${layout}": cannot parse "${text}" as "2006"`)
  }
  const seconds = new Date(milliseconds).toISOString().slice(0, 19)
  if (leaf === 'Time') return `${seconds}Z`
  return `${seconds}${(match[3] ?? '.').slice(0, 7).padEnd(7, '0')}Z`
}

function mismatch(type: ApiType, input: unknown, place: Place, literal = ''): DecodeError {
  return new DecodeError(
    `json: cannot unmarshal ${kindOf(input)}${literal} into Go struct field ${place.struct}.${goPathOf(place)} of type ${type.goName}`,
  )
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'array'
  if (input === null) return 'null'
  return typeof input === 'boolean' ? 'bool' : typeof input
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
