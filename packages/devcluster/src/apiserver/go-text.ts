/** What Go takes for printable: letters, marks, numbers, punctuation, symbols, and the space (strconv.IsPrint). */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

/** A text in quotes as Go's `%q` writes it, which is how most messages of Kubernetes show what they were given. */
export function goQuoted(text: string): string {
  let quoted = ''
  for (const character of text)
    quoted += ESCAPES[character] ?? (isPrintable(character) ? character : escaped(character))
  return `"${quoted}"`
}

/** Whether Go prints one character as it is. */
export function isPrintable(character: string): boolean {
  return PRINTABLE.test(character)
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return `\\x${hex(code, 2)}`
  return code < 0x1_0000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

/** A value as Go's JSON encoder writes it: safe to stand in HTML. */
export function goJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${hex(character.charCodeAt(0), 4)}`,
  )
}
