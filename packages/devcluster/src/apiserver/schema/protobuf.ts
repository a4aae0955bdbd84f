import type { ApiField, ApiType, ApiTypes, Leaf } from './api-type.ts'

type Fields = Record<string, unknown>

/** Bytes that are no object in protobuf; the message is that of Kubernetes' decoder. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

/** What an object in protobuf says of itself before it is read. */
export interface ProtobufEnvelope {
  readonly apiVersion: string
  readonly kind: string
  readonly raw: Uint8Array
}

const MAGIC = [0x6b, 0x38, 0x73, 0x00]
const MAX_DEPTH = 100

/**
 * Reads the frame that Kubernetes puts around objects in protobuf (runtime.Unknown).
 *
 * @throws {ProtobufError}
 */
export function readProtobufEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (bytes.length === 0) throw new ProtobufError('empty data')
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  }
  if (bytes.length === MAGIC.length) throw new ProtobufError('empty body')
  const fields = readMessage(bytes.subarray(MAGIC.length))
  const typeMeta = readMessage(lastBytes(fields, 1))
  return { apiVersion: text(lastBytes(typeMeta, 1)), kind: text(lastBytes(typeMeta, 2)), raw: lastBytes(fields, 2) }
}

/**
 * Reads an object of a type as it would stand in JSON.
 *
 * @throws {ProtobufError}
 */
export function decodeProtobuf(types: ApiTypes, typeName: string, bytes: Uint8Array): Fields {
  return structOf(types, types.struct(typeName).fields, bytes, 0)
}

type Value = bigint | Uint8Array
type Message = ReadonlyMap<number, readonly Value[]>

function structOf(types: ApiTypes, fields: readonly ApiField[], bytes: Uint8Array, depth: number): Fields {
  if (depth > MAX_DEPTH) throw new ProtobufError('exceeded max depth')
  const message = readMessage(bytes)
  const result: Fields = {}
  for (const field of fields) {
    const values = valuesAt(message, field.numbers)
    if (values.length > 0) result[field.name] = decodedValue(types, field.type, values, depth)
  }
  return result
}

function valuesAt(message: Message, [number = 0, ...deeper]: readonly number[]): readonly Value[] {
  const values = message.get(number) ?? []
  return deeper.length === 0 ? values : values.flatMap((value) => valuesAt(readMessage(bytesOf(value)), deeper))
}

function decodedValue(types: ApiTypes, type: ApiType, values: readonly Value[], depth: number): unknown {
  const last = values.at(-1) ?? 0n
  switch (type.kind) {
    case 'pointer':
      return decodedValue(types, type.to, values, depth)
    case 'list':
      return values.flatMap((value) => itemsOf(types, type.of, value, depth))
    case 'map': {
      const entries = values.map((value) => readMessage(bytesOf(value)))
      const empty = new Uint8Array()
      return Object.fromEntries(
        entries.map((entry) => [
          text(lastBytes(entry, 1)),
          decodedValue(types, type.of, entry.get(2) ?? [empty], depth + 1),
        ]),
      )
    }
    case 'struct':
      return structOf(types, types.struct(type.name).fields, bytesOf(last), depth + 1)
    case 'leaf':
      return leafOf(type.leaf, last)
  }
}

/** Numbers in a list may be packed into one value. */
function itemsOf(types: ApiTypes, type: ApiType, value: Value, depth: number): unknown[] {
  const isNumber = type.kind === 'leaf' && ['int32', 'int64', 'bool'].includes(type.leaf)
  if (!isNumber || typeof value === 'bigint') return [decodedValue(types, type, [value], depth)]
  const reader = new Reader(value)
  const items: unknown[] = []
  while (!reader.isDone) items.push(leafOf((type as { leaf: Leaf }).leaf, reader.varint()))
  return items
}

function leafOf(leaf: Leaf, value: Value): unknown {
  switch (leaf) {
    case 'string':
      return text(bytesOf(value))
    case 'bytes':
      return Buffer.from(bytesOf(value)).toString('base64')
    case 'bool':
      return numberOf(value) !== 0
    case 'int32':
    case 'int64':
      return numberOf(value)
    case 'float64':
      return Buffer.from(bytesOf(value)).readDoubleLE()
    case 'Quantity':
      return text(lastBytes(readMessage(bytesOf(value)), 1)) || '0'
    case 'Time':
    case 'MicroTime': {
      const message = readMessage(bytesOf(value))
      const seconds = message.get(1)?.at(-1)
      if (seconds === undefined) return null
      const nanos = numberOf(message.get(2)?.at(-1) ?? 0n)
      return `${new Date(numberOf(seconds) * 1000).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`
    }
    case 'IntOrString': {
      const message = readMessage(bytesOf(value))
      const isText = numberOf(message.get(1)?.at(-1) ?? 0n) === 1
      return isText ? text(lastBytes(message, 3)) : numberOf(message.get(2)?.at(-1) ?? 0n)
    }
    case 'any':
      // Managed fields and raw extensions: the dev cluster keeps neither.
      return undefined
  }
}

function readMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, Value[]>()
  const reader = new Reader(bytes)
  while (!reader.isDone) {
    const tag = reader.varint()
    const number = Number(tag >> 3n)
    const value = reader.value(Number(tag & 7n))
    const known = fields.get(number)
    if (known) known.push(value)
    else fields.set(number, [value])
  }
  return fields
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isDone(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new ProtobufError('unexpected EOF')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new ProtobufError('proto: integer overflow')
  }

  value(wireType: number): Value {
    switch (wireType) {
      case 0:
        return this.varint()
      case 1:
        return this.#take(8)
      case 2:
        return this.#take(Number(this.varint()))
      case 5:
        return this.#take(4)
      default:
        throw new ProtobufError(`proto: illegal wireType ${wireType}`)
    }
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new ProtobufError('unexpected EOF')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}

function lastBytes(message: Message, number: number): Uint8Array {
  const value = message.get(number)?.at(-1)
  return value === undefined ? new Uint8Array() : bytesOf(value)
}

function bytesOf(value: Value): Uint8Array {
  if (typeof value === 'bigint') throw new ProtobufError('proto: wrong wireType = 0')
  return value
}

/** Numbers below zero are written as what 64 bits make of them. */
function numberOf(value: Value): number {
  if (typeof value !== 'bigint') throw new ProtobufError('proto: wrong wireType = 2')
  return Number(BigInt.asIntN(64, value))
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
