/** The parts of DER (X.690) that certificates are made of. Each function gives one value with its tag and length. */

const BOOLEAN = 0x01
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_IDENTIFIER = 0x06
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18
const SEQUENCE = 0x30
const SET = 0x31
const CONTEXT = 0x80
const CONSTRUCTED = 0x20

export function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(SEQUENCE, ...parts)
}

export function setOf(...parts: readonly Buffer[]): Buffer {
  return tagged(SET, ...parts)
}

export function boolean(value: boolean): Buffer {
  return tagged(BOOLEAN, Buffer.from([value ? 0xff : 0]))
}

/** A number from its bytes, the largest first; not negative. */
export function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Buffer.alloc(1) : bytes.subarray(first)
  // A first bit that is set would make it negative.
  const sign = (digits[0] ?? 0) >= 0x80 ? [Buffer.alloc(1)] : []
  return tagged(INTEGER, ...sign, digits)
}

/** @param unusedBits how many of the last byte do not count */
export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return tagged(BIT_STRING, Buffer.from([unusedBits]), bytes)
}

export function octetString(bytes: Buffer): Buffer {
  return tagged(OCTET_STRING, bytes)
}

/** @param text as `2.5.29.15` */
export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  return tagged(OBJECT_IDENTIFIER, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

export function utf8String(text: string): Buffer {
  return tagged(UTF8_STRING, Buffer.from(text))
}

/** Certificates have two digits for years before 2050, and four from then on (RFC 5280, 4.1.2.5). */
export function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\.\d+|[-:T]/g, '')
  return digits < '2050'
    ? tagged(UTC_TIME, Buffer.from(digits.slice(2)))
    : tagged(GENERALIZED_TIME, Buffer.from(digits))
}

/** `[number]` with other values in it. */
export function explicit(number: number, ...parts: readonly Buffer[]): Buffer {
  return tagged(CONTEXT | CONSTRUCTED | number, ...parts)
}

/** `[number]` in place of the tag that the value would have. */
export function implicit(number: number, bytes: Buffer): Buffer {
  return tagged(CONTEXT | number, bytes)
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Buffer.from([tag]), lengthBytes(length), ...parts])
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const digits: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Buffer.from([0x80 | digits.length, ...digits])
}

/** Seven bits a byte, all but the last with the first bit set. */
function base128(value: number): number[] {
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest % 128) | 0x80)
  }
  return digits
}
