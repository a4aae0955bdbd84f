/** The keys of an object as its text has them, repeated ones too; only for objects in which one is repeated. */
export type RepeatedKeys = ReadonlyMap<object, readonly string[]>

/** JSON that cannot be read; the message is that of Go's decoder, which clients of Kubernetes know. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'
}

/** Deeper nesting than this is refused, as Go's decoder refuses it, before the stack ends. */
const MAX_DEPTH = 2_000

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const SPACE = /[ \t\n\r]*/y
const PLAIN_STRING = /"[^"\\\u0000-\u001f]*"/y
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
 * Reads JSON and notices repeated keys, of which the last counts: `JSON.parse` cannot tell.
 *
 * @throws {JsonSyntaxError}
 */
export function parseJsonText(text: string): { readonly value: unknown; readonly repeated: RepeatedKeys } {
  const reader = new JsonReader(text)
  const value = reader.document()
  return { value, repeated: reader.repeated }
}

class JsonReader {
  readonly repeated = new Map<object, readonly string[]>()
  readonly #text: string
  #at = 0

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
    if (depth > MAX_DEPTH) throw new JsonSyntaxError('exceeded max depth')
    this.#skipSpace()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return this.#string()
      case 't':
        return this.#literal('true', true)
      case 'f':
        return this.#literal('false', false)
      case 'n':
        return this.#literal('null', null)
      default:
        return this.#number()
    }
  }

  #object(depth: number): object {
    const object: Record<string, unknown> = {}
    const keys: string[] = []
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
      if (Object.hasOwn(object, key)) isRepeated = true
      keys.push(key)
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
    if (isRepeated) this.repeated.set(object, keys)
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
      this.#skipSpace()
      const next = this.#text[this.#at]
      if (next !== ',' && next !== ']') this.#unexpected('after array element')
      this.#at++
      if (next === ']') return array
    }
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
      const character = this.#text[this.#at]
      if (character === undefined || character < ' ') this.#unexpected('in string literal')
      this.#at++
      if (character === '"') return result
      result += character === '\\' ? this.#escape() : character
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

  #literal<T>(word: string, value: T): T {
    for (let index = 0; index < word.length; index++) {
      if (this.#text[this.#at] !== word[index]) {
        this.#unexpected(
          index === 0 ? 'looking for beginning of value' : `in literal ${word} (expecting '${word[index]}')`,
        )
      }
      this.#at++
    }
    return value
  }

  #number(): number {
    NUMBER.lastIndex = this.#at
    const digits = NUMBER.exec(this.#text)?.[0]
    if (digits === undefined) {
      if (this.#text[this.#at] === '-') {
        this.#at++
        this.#unexpected('in numeric literal')
      }
      this.#unexpected('looking for beginning of value')
    }
    this.#at += digits.length
    return Number(digits)
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at
    SPACE.test(this.#text)
    this.#at = SPACE.lastIndex
  }

  #unexpected(where: string): never {
    const character = this.#text.codePointAt(this.#at)
    if (character === undefined) throw new JsonSyntaxError('unexpected end of JSON input')
    throw new JsonSyntaxError(`invalid character ${quoted(String.fromCodePoint(character))} ${where}`)
  }
}

function quoted(character: string): string {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  return `'${JSON.stringify(character).slice(1, -1)}'`
}
