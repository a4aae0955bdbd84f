/** What a request is for: its path, decoded, and its query. */
export interface RequestTarget {
  readonly path: string
  readonly query: URLSearchParams
}

const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?]*/

/**
 * Reads the target of a request line as Go's HTTP server does (net/url: ParseRequestURI, ParseQuery): `http://host/path`
 * counts as `/path`, a broken escape in the path is an error, one in the query costs only its own parameter.
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  const relative = target.replace(SCHEME, '')
  if (relative === target && !target.startsWith('/') && target !== '*') return undefined
  const at = relative.indexOf('?')
  const path = unescaped(at < 0 ? relative : relative.slice(0, at))
  if (path === undefined) return undefined
  return { path, query: parseQuery(at < 0 ? '' : relative.slice(at + 1)) }
}

function parseQuery(text: string): URLSearchParams {
  const query = new URLSearchParams()
  for (const pair of text.split('&')) {
    // Semicolons used to separate parameters; where they do now is not clear, so Go drops such a pair.
    if (pair === '' || pair.includes(';')) continue
    const at = pair.indexOf('=')
    const name = unescaped(plusless(at < 0 ? pair : pair.slice(0, at)))
    const value = unescaped(plusless(at < 0 ? '' : pair.slice(at + 1)))
    if (name !== undefined && value !== undefined) query.append(name, value)
  }
  return query
}

function plusless(text: string): string {
  return text.replaceAll('+', ' ')
}

/** Undefined for broken escapes. Bytes that are no UTF-8 become U+FFFD. */
function unescaped(text: string): string | undefined {
  if (!text.includes('%')) return text
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined
  const bytes = text
    .split(/(%[0-9a-fA-F]{2})/)
    .map((part) => (part.startsWith('%') ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part)))
  return Buffer.concat(bytes).toString()
}
