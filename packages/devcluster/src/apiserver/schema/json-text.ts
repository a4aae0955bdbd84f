import { goQuoted } from '../go-text.ts'

/** What the text of a JSON document says and its value does not. */
export interface JsonNotes {
  /** All members of the objects in which a key is repeated, in the order of the text. */
  readonly repeated: ReadonlyMap<object, readonly (readonly [key: string, value: unknown])[]>
  /** Numbers that are not written as JavaScript writes them, by the object or array that has them and by their key in it. */
  readonly literals: ReadonlyMap<object, ReadonlyMap<string, string>>
  /** The numbers were read before the fields were known: into one of 32 bits goes the lower half, as Go converts integers. */
  readonly areConverted?: boolean
}

export const NO_NOTES: JsonNotes = { repeated: new Map(), literals: new Map() }

/** JSON that cannot be read; the message is that of Go's decoder, which clients of Kubernetes know. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

/** Deeper nesting than this is refused before it ends the stack; Go goes on to 10,000. */
const MAX_DEPTH = 2_000

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const SPACE = /[ \t\n\r]*/y
const PLAIN_STRING = /"[^"\\\x00-\x1f\x80-\xff]*"/y
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * Reads JSON and notices repeated keys, of which the last counts, and how numbers are written: `JSON.parse` cannot tell.
 *
 * @throws {JsonSyntaxError}
 */
export function parseJsonText(text: string | Buffer): { readonly value: unknown; readonly notes: JsonNotes } {
  const reader = new JsonReader(Buffer.from(text).toString('latin1'))
  const value = reader.document()
  return { value, notes: { repeated: reader.repeated, literals: reader.literals } }
}

/** Its text has one character for each byte, as Go reads bytes. */
class JsonReader {
  readonly repeated = new Map<object, (readonly [string, unknown])[]>()
  readonly literals = new Map<object, Map<string, string>>()
  readonly #text: string
  #at = 0
  /** Of the number that was read last, where JavaScript writes it otherwise. */
  #literal: string | undefined

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    const value = this.#value(0)
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#unexpected('after top-level value')
    return value
  }

  #value(depth: number): unknown {
    this.#literal = undefined
    this.#skipSpace()
    if (depth >= MAX_DEPTH && /[[{]/.test(this.#text[this.#at] ?? '')) this.#unexpected('exceeded max depth')
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #object(depth: number): object {
    const object: Record<string, unknown> = {}
    const members: (readonly [string, unknown])[] = []
    let isRepeated = false
    this.#at++
    this.#skipSpace()
    if (this.#text[this.#at] === '}') {
      this.#at++
      return object
    }
    for (;;) {
      this.#skipSpace()
      if (this.#text[this.#at] !== '"') this.#unexpected('looking for beginning of object key string')
      const key = this.#string()
      this.#skipSpace()
      if (this.#text[this.#at] !== ':') this.#unexpected('after object key')
      this.#at++
      const value = this.#value(depth + 1)
      this.#noteLiteral(object, key)
      if (Object.hasOwn(object, key)) isRepeated = true
      members.push([key, value])
      if (key === '__proto__') {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
      } else {
        object[key] = value
      }
      this.#skipSpace()
      const next = this.#text[this.#at]
      if (next !== ',' && next !== '}') this.#unexpected('after object key:value pair')
      this.#at++
      if (next === '}') break
    }
    if (isRepeated) this.repeated.set(object, members)
    return object
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = []
    this.#at++
    this.#skipSpace()
    if (this.#text[this.#at] === ']') {
      this.#at++
      return array
    }
    for (;;) {
      array.push(this.#value(depth + 1))
      this.#noteLiteral(array, String(array.length - 1))
      this.#skipSpace()
      const next = this.#text[this.#at]
      if (next !== ',' && next !== ']') this.#unexpected('after array element')
      this.#at++
      if (next === ']') return array
    }
  }

  #noteLiteral(container: object, key: string): void {
    if (this.#literal === undefined) return
    const known = this.literals.get(container) ?? new Map<string, string>()
    this.literals.set(container, known.set(key, this.#literal))
    this.#literal = undefined
  }

  #string(): string {
    PLAIN_STRING.lastIndex = this.#at
    const plain = PLAIN_STRING.exec(this.#text)?.[0]
    if (plain) {
      this.#at += plain.length
      return plain.slice(1, -1)
    }
    let result = ''
    this.#at++
    for (;;) {
      const start = this.#at
      while (isPlain(this.#text.charCodeAt(this.#at))) this.#at++
      // A run of bytes is read at once: a character may have several.
      result += Buffer.from(this.#text.slice(start, this.#at), 'latin1').toString()
      const character = this.#text[this.#at]
      if (character === undefined) throw new JsonSyntaxError('unexpected end of JSON input')
      if (character < ' ') this.#unexpected('in string literal')
      this.#at++
      if (character === '"') return result.toWellFormed()
      result += this.#escape()
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at] ?? ''
    const plain = ESCAPES[letter]
    if (plain !== undefined) {
      this.#at++
      return plain
    }
    if (letter !== 'u') this.#unexpected('in string escape code')
    this.#at++
    let code = 0
    for (let digit = 0; digit < 4; digit++) {
      const value = Number.parseInt(this.#text[this.#at] ?? '', 16)
      if (Number.isNaN(value)) this.#unexpected('in \\u hexadecimal character escape')
      code = code * 16 + value
      this.#at++
    }
    return String.fromCharCode(code)
  }

  #word<T>(word: string, value: T): T {
    for (const expected of word) {
      if (this.#text[this.#at] !== expected) this.#unexpected(`in literal ${word} (expecting '${expected}')`)
      this.#at++
    }
    return value
  }

  #number(): number {
    NUMBER.lastIndex = this.#at
    const digits = NUMBER.exec(this.#text)?.[0]
    if (digits === undefined) {
      if (this.#text[this.#at] !== '-') this.#unexpected('looking for beginning of value')
      this.#at++
      this.#unexpected('in numeric literal')
    }
    this.#at += digits.length
    this.#refuseHalfNumber(digits)
    const value = Number(digits)
    if (String(value) !== digits) this.#literal = digits
    return value
  }

  /** What follows a number may look as if the number went on. */
  #refuseHalfNumber(digits: string): void {
    const next = this.#text[this.#at]
    if (next === '.' && !/[.eE]/.test(digits)) {
      this.#at++
      this.#unexpected('after decimal point in numeric literal')
    }
    if ((next === 'e' || next === 'E') && !/[eE]/.test(digits)) {
      this.#at++
      if (/[+-]/.test(this.#text[this.#at] ?? '')) this.#at++
      this.#unexpected('in exponent of numeric literal')
    }
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at
    SPACE.test(this.#text)
    this.#at = SPACE.lastIndex
  }

  #unexpected(where: string): never {
    const character = this.#text[this.#at]
    // At the end Go looks whether a space would do, and only then misses the rest.
    if (character === undefined && !/^(in|after decimal|exceeded)/.test(where)) {
      throw new JsonSyntaxError('unexpected end of JSON input')
    }
    throw new JsonSyntaxError(`invalid character ${quoted(character ?? ' ')} ${where}`)
  }
}

/** Neither a quote, a backslash nor a control character; false behind the end. */
function isPlain(code: number): boolean {
  return code >= 0x20 && code !== 0x22 && code !== 0x5c
}

function quoted(character: string): string {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  return `'${goQuoted(character).slice(1, -1)}'`
}
