/** How many characters of warnings an answer may hold whole. */
const MAX_TOTAL = 4_096
/** How many characters are left of each warning once they are too many. */
const MAX_CUT = 256

/**
 * The Warning headers of an answer: each text once. Where they are too long together, all are cut short, and what comes
 * after the last that has room is left out (apiserver: WithWarningRecorder).
 */
export function warningHeaders(texts: readonly string[]): string[] {
  const unique = [...new Set(texts)].filter((text) => text !== '').map((text) => [...text])
  const overflowing = firstOverflowing(unique)
  if (overflowing < 0) return unique.map(header)
  const headers: string[] = []
  let written = 0
  for (const [index, characters] of unique.entries()) {
    if (index > overflowing && written >= MAX_TOTAL) break
    const cut = characters.slice(0, MAX_CUT)
    written += cut.length
    headers.push(header(cut))
  }
  return headers
}

function firstOverflowing(texts: readonly (readonly string[])[]): number {
  let total = 0
  return texts.findIndex(({ length }) => {
    total += length
    return total > MAX_TOTAL
  })
}

/** A quoted string: one line of characters that headers may have. */
function header(characters: readonly string[]): string {
  const plain = characters.join('').replace(/[^\t\x20-\x7e\x80-\xff]/g, ' ')
  return `299 - "${plain.replace(/[\\"]/g, '\\$&')}"`
}
