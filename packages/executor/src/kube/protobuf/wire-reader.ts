import { UnreadableAnswer } from '../unreadable-answer.ts'
import { ownText, sharedText } from './texts.ts'

const VARINT = 0
const FIXED_64 = 1
const LENGTH = 2
const FIXED_32 = 5
/** A varint of more bytes holds more bits than a double can tell apart. */
const EXACT_BYTES = 7
const VARINT_BYTES = 10

/**
 * Reads protobuf from a part of some bytes, field by field, where it stands: nothing is copied but text.
 * Throws {@link UnreadableAnswer} for what cannot be: a field that goes beyond the end, groups, which Kubernetes never had.
 *
 * A message is read like this, so that a field of another number or wire type than is known is passed over:
 *
 * ```ts
 * while (reader.at < end) {
 *   const tag = reader.tag()
 *   if (tag === 0x0a) name = reader.text()
 *   else reader.skip(tag)
 * }
 * reader.endAt(end)
 * ```
 */
export class WireReader {
  /** Where the next byte is read. */
  at: number
  readonly bytes: Buffer
  /** No byte from here on is read. */
  readonly limit: number

  constructor(bytes: Buffer, at = 0, limit = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.limit = limit
  }

  /** The number and the wire type of the next field, as they stand: `number << 3 | type`. Only before the message's end. */
  tag(): number {
    const byte = this.bytes[this.at] as number
    if (byte < 0x80) {
      this.at += 1
      return byte
    }
    return this.#unsigned()
  }

  /** An int32 or int64. Of those beyond 2^53 the last bits are lost. */
  integer(): number {
    const { bytes, at } = this
    let value = 0
    let scale = 1
    for (let count = 0; count < EXACT_BYTES; count++) {
      if (at + count >= this.limit) throw truncated()
      const byte = bytes[at + count] as number
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        this.at = at + count + 1
        return value
      }
      scale *= 0x80
    }
    return this.#longInteger()
  }

  /** The end of the message, or text, that begins behind its length, which is read. */
  end(): number {
    const { at } = this
    const byte = this.bytes[at] as number
    let end: number
    if (byte < 0x80) {
      this.at = at + 1
      end = at + 1 + byte
    } else {
      const length = this.#unsigned()
      end = this.at + length
    }
    if (end > this.limit) throw truncated()
    return end
  }

  /** Text that many objects have alike. */
  text(): string {
    const end = this.end()
    const text = sharedText(this.bytes, this.at, end)
    this.at = end
    return text
  }

  /** Text of one object alone. */
  ownText(): string {
    const end = this.end()
    const text = ownText(this.bytes, this.at, end)
    this.at = end
    return text
  }

  /** Passes over the value of the field whose tag was read last. */
  skip(tag: number): void {
    if (tag >>> 3 === 0) throw new UnreadableAnswer('protobuf with a field without a number')
    switch (tag & 7) {
      case VARINT:
        this.#skipVarint()
        return
      case FIXED_64:
        this.#skipBytes(8)
        return
      case LENGTH:
        this.at = this.end()
        return
      case FIXED_32:
        this.#skipBytes(4)
        return
      default:
        throw new UnreadableAnswer('protobuf with a group, or of an unknown wire type')
    }
  }

  /** A message that was read must end where its length says. */
  endAt(end: number): void {
    if (this.at !== end) throw new UnreadableAnswer('protobuf with a field that goes beyond its message')
  }

  #unsigned(): number {
    const { bytes, limit } = this
    let at = this.at
    if (at >= limit) throw truncated()
    let byte = bytes[at++] as number
    if (byte < 0x80) {
      this.at = at
      return byte
    }
    let value = byte & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      if (at >= limit) throw truncated()
      byte = bytes[at++] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.at = at
        // As an unsigned one: what is too large goes beyond the end.
        return value >>> 0
      }
    }
    throw new UnreadableAnswer('protobuf with a number that is too long')
  }

  #longInteger(): number {
    let value = 0n
    for (let shift = 0n; shift < 7n * BigInt(VARINT_BYTES); shift += 7n) {
      if (this.at >= this.limit) throw truncated()
      const byte = this.bytes[this.at++] as number
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
    throw new UnreadableAnswer('protobuf with a number that is too long')
  }

  #skipVarint(): void {
    for (let count = 0; count < VARINT_BYTES; count++) {
      if (this.at >= this.limit) throw truncated()
      if ((this.bytes[this.at++] as number) < 0x80) return
    }
    throw new UnreadableAnswer('protobuf with a number that is too long')
  }

  #skipBytes(count: number): void {
    this.at += count
    if (this.at > this.limit) throw truncated()
  }
}

function truncated(): UnreadableAnswer {
  return new UnreadableAnswer('protobuf that ends in the middle of a field')
}
