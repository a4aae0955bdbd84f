import { type ApiField, type ApiType, ApiTypes } from '../../../devcluster/src/apiserver/schema/api-type.ts'

/** Generated from Kubernetes' sources for the dev cluster: other hands than the decoder's. */
const types = new ApiTypes()

const VARINT = 0
const LENGTH = 2

/** One field: its tag and its value. */
export function field(number: number, wireType: number, value: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(number) * 8n + BigInt(wireType)), value])
}

/** A number, negative ones as Go writes them. */
export function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** A field of bytes: a text, a message. */
export function bytes(number: number, content: string | Buffer): Buffer {
  const value = Buffer.from(content as string, 'utf8')
  return field(number, LENGTH, Buffer.concat([varint(BigInt(value.length)), value]))
}

/**
 * An object of a type of the API, as Go writes it: what is not a pointer stands there also when it is zero.
 *
 * @param noise put before each field: fields that nobody knows
 */
export function message(typeName: string, object: object, noise: () => Buffer = () => Buffer.alloc(0)): Buffer {
  const parts = new Map<number, Buffer[]>()
  for (const each of types.struct(typeName).fields) {
    const [number = 0, inner] = each.numbers
    const value = (object as Record<string, unknown>)[each.name]
    const written = fieldsOf(inner ?? number, each, value, noise)
    parts.set(number, [...(parts.get(number) ?? []), ...(inner === undefined ? written : [Buffer.concat(written)])])
    if (inner !== undefined) inline.add(`${typeName} ${number}`)
  }
  return Buffer.concat(
    [...parts].flatMap(([number, written]) =>
      inline.has(`${typeName} ${number}`)
        ? [noise(), bytes(number, Buffer.concat(written))]
        : written.flatMap((each) => [noise(), each]),
    ),
  )
}

/** Fields that are messages of what JSON shows inline. */
const inline = new Set<string>()

/** `k8s`, zero, and a runtime.Unknown around an object. */
export function envelope(kind: string, content: Buffer, apiVersion = 'v1'): Buffer {
  const typeMeta = Buffer.concat([bytes(1, apiVersion), bytes(2, kind)])
  return Buffer.concat([Buffer.from('k8s\0'), bytes(1, typeMeta), bytes(2, content), bytes(3, ''), bytes(4, '')])
}

/** One frame of a watch. */
export function frame(type: string, object: Buffer): Buffer {
  const event = Buffer.concat([bytes(1, type), bytes(2, bytes(1, object))])
  const header = Buffer.alloc(4)
  header.writeUInt32BE(event.length)
  return Buffer.concat([header, event])
}

function fieldsOf(number: number, { type }: ApiField, value: unknown, noise: () => Buffer): Buffer[] {
  switch (type.kind) {
    case 'pointer':
      return value === undefined ? [] : fieldOf(number, type.to, value, noise)
    case 'list':
      return ((value ?? []) as unknown[]).flatMap((item) => fieldOf(number, type.of, item, noise))
    case 'map':
      return Object.entries((value ?? {}) as object).map(([key, item]) =>
        bytes(number, Buffer.concat([noise(), bytes(1, key), ...fieldOf(2, type.of, item, noise)])),
      )
    default:
      return fieldOf(number, type, value, noise)
  }
}

function fieldOf(number: number, type: ApiType, value: unknown, noise: () => Buffer): Buffer[] {
  if (type.kind === 'pointer') return fieldOf(number, type.to, value, noise)
  if (type.kind === 'struct') return [bytes(number, message(type.name, (value ?? {}) as object, noise))]
  if (type.kind !== 'leaf') throw new Error(`${type.goName} is of no use here`)
  switch (type.leaf) {
    case 'string':
      return [bytes(number, (value ?? '') as string)]
    case 'bool':
      return [field(number, VARINT, varint(value === true ? 1n : 0n))]
    case 'int32':
    case 'int64':
      return [field(number, VARINT, varint(BigInt((value ?? 0) as number)))]
    case 'Time':
      return [bytes(number, timeOf(value as string | null | undefined))]
    case 'Quantity':
      return [bytes(number, bytes(1, value as string))]
    default:
      return []
  }
}

/** The zero time is nothing; the fraction of a second, of which JSON has none, is written as zero. */
function timeOf(text: string | null | undefined): Buffer {
  if (text === undefined || text === null) return Buffer.alloc(0)
  const seconds = BigInt(Math.floor(Date.parse(text) / 1000))
  return Buffer.concat([field(1, VARINT, varint(seconds)), field(2, VARINT, varint(0n))])
}
