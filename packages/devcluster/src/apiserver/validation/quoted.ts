const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\f': '\\f',
  '\b': '\\b',
  '\u0007': '\\a',
}
/** Letters, marks, numbers, punctuation, symbols and the space: what Go calls printable. */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/** A text as Go quotes it (`%q`). */
export function quoted(text: string): string {
  let inside = ''
  for (const character of text) {
    inside += ESCAPES[character] ?? (UNPRINTABLE.test(character) ? escaped(character.codePointAt(0) ?? 0) : character)
  }
  return `"${inside}"`
}

function escaped(code: number): string {
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** Whether Go counts a character as printable (unicode.IsPrint). */
export function isPrintable(character: string): boolean {
  return !UNPRINTABLE.test(character)
}
