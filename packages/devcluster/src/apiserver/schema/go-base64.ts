/** Text that is no base64; the message is that of Go's decoder. */
export class Base64Error extends Error {
  override readonly name = 'Base64Error'

  constructor(at: number) {
    super(`illegal base64 data at input byte ${at}`)
  }
}

interface Alphabet {
  readonly digit: RegExp
  readonly isPadded: boolean
}

/** With `+` and `/`, and padded: as JSON has bytes. */
export const STANDARD: Alphabet = { digit: /[A-Za-z0-9+/]/, isPadded: true }
/** With `-` and `_`, and without padding: as it stands in URLs. */
export const RAW_URL: Alphabet = { digit: /[A-Za-z0-9_-]/, isPadded: false }

/**
 * Reads base64 as Go does (encoding/base64): ends of lines count for nothing, and a text that is wrong is refused with
 * the place where.
 *
 * @throws {Base64Error}
 */
export function decodeBase64(text: string, { digit, isPadded }: Alphabet): Buffer {
  const bytes = Buffer.from(text).toString('latin1')
  let digits = ''
  for (let at = 0; at < bytes.length; at++) {
    const character = bytes[at] ?? ''
    if (character === '\n' || character === '\r') continue
    if (digit.test(character)) {
      digits += character
      continue
    }
    const inQuantum = digits.length % 4
    if (character !== '=' || !isPadded || inQuantum < 2) throw new Base64Error(at)
    const end = inQuantum === 2 ? secondPadding(bytes, at + 1) : at + 1
    const rest = bytes.slice(end).search(/[^\r\n]/)
    if (rest >= 0) throw new Base64Error(end + rest)
    return Buffer.from(digits, 'base64')
  }
  const open = digits.length % 4
  if (open === 1 || (open !== 0 && isPadded)) throw new Base64Error(bytes.length - open)
  return Buffer.from(digits, 'base64')
}

/** Where the second of two `=` ends. */
function secondPadding(bytes: string, from: number): number {
  const at = from + bytes.slice(from).search(/[^\r\n]|$/)
  if (at === bytes.length) throw new Base64Error(bytes.length)
  if (bytes[at] !== '=') throw new Base64Error(at - 1)
  return at + 1
}
