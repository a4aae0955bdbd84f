import { goQuoted } from '../go-text.ts'
import type { ApiField, ApiStruct, ApiType, ApiTypes, Leaf } from './api-type.ts'
import { Base64Error, decodeBase64, STANDARD } from './go-base64.ts'
import { parseGoTime, TimeError } from './go-time.ts'
import { isRecord } from './is-record.ts'
import { type JsonNotes, NO_NOTES } from './json-text.ts'
import { goPathOf, type Place, pathOf } from './place.ts'
import { formatQuantity, parseQuantity, quantityProblem } from './quantity.ts'

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
 * @throws {DecodeError} of the first value of a wrong type, unless there is one whose type reads itself (quantities, times)
 */
export function decodeObject(
  types: ApiTypes,
  typeName: string,
  input: unknown,
  notes: JsonNotes = NO_NOTES,
  known: Readonly<Record<string, unknown>> = {},
): Decoded {
  const decoder = new Decoder(types, notes, known)
  const struct = types.struct(typeName)
  if (!isRecord(input) && input !== null) {
    throw new DecodeError(`json: cannot unmarshal ${kindOf(input)} into Go value of type v1.${typeName}`)
  }
  const value = decoder.struct(struct, input ?? {}, undefined)
  decoder.refuseMismatch()
  return { value, strictErrors: decoder.strictErrors }
}

/** Go stops collecting what only strict validation minds. */
const MAX_STRICT_ERRORS = 100

class Decoder {
  readonly #types: ApiTypes
  readonly #notes: JsonNotes
  readonly #known: Readonly<Record<string, unknown>>
  readonly #strictErrors = new Set<string>()
  #mismatch: DecodeError | undefined

  constructor(types: ApiTypes, notes: JsonNotes, known: Readonly<Record<string, unknown>>) {
    this.#types = types
    this.#notes = notes
    this.#known = known
  }

  get strictErrors(): string[] {
    return [...this.#strictErrors].slice(0, MAX_STRICT_ERRORS)
  }

  /** @throws {DecodeError} */
  refuseMismatch(): void {
    if (this.#mismatch) throw this.#mismatch
  }

  struct(struct: ApiStruct, input: Record<string, unknown>, place: Place | undefined): Record<string, unknown> {
    const read = new Map<string, unknown>()
    const literals = this.#notes.literals.get(input)
    const repeated = this.#notes.repeated.get(input)
    const seen = repeated && new Set<string>()
    for (const [key, value] of repeated ?? Object.entries(input)) {
      const field = struct.byName.get(key)
      const at: Place = {
        within: place,
        step: key,
        isKey: false,
        struct: struct.goName,
        goName: field?.goName ?? key,
        literal: literals?.get(key),
      }
      if (!field && (place || (key !== 'kind' && key !== 'apiVersion'))) {
        this.#strictErrors.add(`unknown field ${goQuoted(pathOf(at))}`)
        continue
      }
      if (seen?.has(key)) this.#strictErrors.add(`duplicate field ${goQuoted(pathOf(at))}`)
      seen?.add(key)
      if (!field) continue
      const isKnown = !place && typeof value === 'object' && value === this.#known[key]
      read.set(key, isKnown ? (value ?? undefined) : this.#value(field.type, value, at))
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
    return type.leaf === 'string' ? '' : type.leaf === 'bool' ? false : type.leaf === 'bytes' ? '' : 0
  }

  /** Undefined stands for null: nothing was said. */
  #value(type: ApiType, input: unknown, place: Place): unknown {
    if (input === null || input === undefined) return undefined
    switch (type.kind) {
      case 'pointer':
        return this.#value(type.to, input, place)
      case 'list':
        return Array.isArray(input) ? this.#list(type.of, input, place) : this.#mismatched(type, input, place)
      case 'map':
        return isRecord(input) ? this.#map(type.of, input, place) : this.#mismatched(type, input, place)
      case 'struct':
        return isRecord(input)
          ? this.struct(this.#types.struct(type.name), input, place)
          : this.#mismatched(type, input, place)
      case 'leaf':
        return this.#leaf(type.leaf, type, input, place)
    }
  }

  #list(type: ApiType, input: readonly unknown[], place: Place): unknown[] {
    const literals = this.#notes.literals.get(input)
    return input.map((item, index) => {
      const literal = literals?.get(String(index))
      const at: Place = { within: place, step: index, isKey: false, struct: place.struct, literal }
      return this.#value(type, item, at) ?? this.#zero(type, false)
    })
  }

  #map(type: ApiType, input: Record<string, unknown>, place: Place): Record<string, unknown> {
    const literals = this.#notes.literals.get(input)
    const repeated = this.#notes.repeated.get(input)
    const seen = repeated && new Set<string>()
    const read = new Map<string, unknown>()
    for (const [key, given] of repeated ?? Object.entries(input)) {
      const at: Place = { within: place, step: key, isKey: true, struct: place.struct, literal: literals?.get(key) }
      if (seen?.has(key)) this.#strictErrors.add(`duplicate field ${goQuoted(pathOf(at))}`)
      seen?.add(key)
      read.set(key, this.#value(type, given, at) ?? this.#zero(type, false))
    }
    const output: Record<string, unknown> = {}
    for (const key of [...read.keys()].sort()) {
      Object.defineProperty(output, key, { value: read.get(key), writable: true, enumerable: true, configurable: true })
    }
    return output
  }

  #leaf(leaf: Leaf, type: ApiType, input: unknown, place: Place): unknown {
    switch (leaf) {
      case 'any':
        return input
      case 'string':
        return typeof input === 'string' ? input : this.#mismatched(type, input, place)
      case 'bool':
        return typeof input === 'boolean' ? input : this.#mismatched(type, input, place)
      case 'float64':
        if (typeof input !== 'number') return this.#mismatched(type, input, place)
        return Number.isFinite(input) ? input : this.#mismatched(type, input, place, ` ${place.literal}`)
      case 'int32':
      case 'int64':
        return this.#integer(leaf === 'int32' ? 32n : 64n, type, input, place)
      case 'bytes':
        return typeof input === 'string' ? this.#bytes(input) : this.#mismatched(type, input, place)
      // What follows reads itself, and ends the reading when it cannot.
      case 'Time':
      case 'MicroTime':
        if (typeof input !== 'string') throw mismatch('string', input, place)
        return time(input, leaf)
      case 'Quantity':
        return quantity(typeof input === 'string' ? input.trim() : (place.literal ?? JSON.stringify(input)))
      case 'IntOrString':
        if (typeof input === 'string') return input
        return integerOf(input, place, 32n) ?? this.#refuse(intOrStringMismatch(input, place))
    }
  }

  #integer(bits: bigint, type: ApiType, input: unknown, place: Place): number | undefined {
    if (typeof input !== 'number') return this.#mismatched(type, input, place)
    const long = bits === 32n && this.#notes.areConverted ? integerOf(input, place, 64n) : undefined
    if (long !== undefined) return Number(BigInt.asIntN(32, BigInt(place.literal ?? long)))
    return integerOf(input, place, bits) ?? this.#mismatched(type, input, place, ` ${place.literal ?? input}`)
  }

  #bytes(input: string): string | undefined {
    try {
      return decodeBase64(input, STANDARD).toString('base64')
    } catch (error) {
      if (!(error instanceof Base64Error)) throw error
      this.#mismatch ??= new DecodeError(error.message, { cause: error })
      return undefined
    }
  }

  /** The first one is told, once everything else was looked at. */
  #mismatched(type: ApiType, input: unknown, place: Place, literal = ''): undefined {
    this.#mismatch ??= mismatch(type.goName, input, place, literal)
  }

  #refuse(error: DecodeError): never {
    throw error
  }
}

/** A number that is written as a whole one and has no more bits; undefined for others. */
function integerOf(input: unknown, { literal }: Place, bits: bigint): number | undefined {
  if (typeof input !== 'number') return undefined
  const text = literal ?? String(input)
  if (!/^-?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text)
  const limit = 2n ** (bits - 1n)
  // Without the sign of -0, which Go does not know.
  return value < limit && value >= -limit ? input + 0 : undefined
}

function intOrStringMismatch(input: unknown, place: Place): DecodeError {
  return mismatch('int32', input, place, typeof input === 'number' ? ` ${place.literal ?? input}` : '')
}

function quantity(text: string): string {
  const read = parseQuantity(text)
  if (!read) throw new DecodeError(quantityProblem(text))
  return formatQuantity(read)
}

function isEmpty(type: ApiType, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (type.kind === 'map') return Object.keys(value as object).length === 0
  return type.kind === 'leaf' && (value === '' || value === 0 || value === false) && type.leaf !== 'IntOrString'
}

/** Go's zero time, which it writes as null. */
const ZERO_SECONDS = -62_135_596_800

/** Times that were read and are as the server writes them. Most times of a cluster are among the last few. */
const writtenTimes = new Set<string>()

/** Seconds, or microseconds, in UTC, as the server writes them; undefined for the zero time. */
function time(text: string, leaf: 'Time' | 'MicroTime'): string | undefined {
  if (leaf === 'Time' && writtenTimes.has(text)) return text
  const written = readTime(text, leaf)
  if (leaf === 'Time' && written === text) {
    if (writtenTimes.size === 1_000) writtenTimes.clear()
    writtenTimes.add(text)
  }
  return written
}

function readTime(text: string, leaf: 'Time' | 'MicroTime'): string | undefined {
  try {
    const { seconds, microseconds } = parseGoTime(text, leaf === 'Time' ? 'seconds' : 'microseconds')
    if (seconds === ZERO_SECONDS && microseconds === 0) return undefined
    const written = new Date(seconds * 1000).toISOString().slice(0, 19)
    return leaf === 'Time' ? `${written}Z` : `${written}.${String(microseconds).padStart(6, '0')}Z`
  } catch (error) {
    if (error instanceof TimeError) throw new DecodeError(error.message, { cause: error })
    throw error
  }
}

function mismatch(goType: string, input: unknown, place: Place, literal = ''): DecodeError {
  return new DecodeError(
    `json: cannot unmarshal ${kindOf(input)}${literal} into Go struct field ${place.struct}.${goPathOf(place)} of type ${goType}`,
  )
}

/** What Go calls a JSON value in its errors. */
export function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'array'
  if (input === null) return 'null'
  return typeof input === 'boolean' ? 'bool' : typeof input
}
