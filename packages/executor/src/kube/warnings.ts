/** What the API server warns of beside its answer: the texts of `Warning: 299 - "…"` headers. RFC 7234, section 5.5. */
export function parseWarnings(headers: string | readonly string[] | undefined): readonly string[] {
  const lines = typeof headers === 'string' ? [headers] : (headers ?? [])
  return lines.flatMap((line) =>
    [...line.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')),
  )
}
