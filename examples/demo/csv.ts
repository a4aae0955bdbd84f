/** Reads CSV with quoted fields (RFC 4180) into one object a line, keyed by the header. */
export function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]]
  let field = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char !== '"') field += char
      else if (text[at + 1] === '"') field += text[++at]
      else quoted = false
    } else if (char === '"') quoted = true
    else if (char === ',' || char === '\n') {
      rows.at(-1)?.push(field.trimEnd())
      field = ''
      if (char === '\n') rows.push([])
    } else field += char
  }
  if (field !== '') rows.at(-1)?.push(field)
  const [header = [], ...lines] = rows.filter((row) => row.length > 0)
  return lines.map((line) => Object.fromEntries(header.map((name, column) => [name, line[column] ?? ''])))
}
