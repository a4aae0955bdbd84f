const TOKEN = "[!#$%&'*+\\-.0-9A-Z^_`a-z|~]+"
const TYPE = new RegExp(`^${TOKEN}(/${TOKEN})?$`)
/** A quoted value may be open at its end only if there is nothing behind. */
const PARAMETER = new RegExp(`^\\s*;\\s*(${TOKEN})\\s*=\\s*(${TOKEN}|"(?:\\\\.|[^"\\r\\n])*")`, 's')

/**
 * The media type of a header, in small letters and without its parameters; undefined for a header that is none
 * (Go: mime.ParseMediaType).
 */
export function parseMediaType(header: string): string | undefined {
  const [base = ''] = header.split(';', 1)
  const mediaType = base.trim().toLowerCase()
  if (!TYPE.test(mediaType)) return undefined
  const seen = new Map<string, string>()
  for (let rest = header.slice(base.length); rest.trim() !== '' && rest.trim() !== ';'; ) {
    const match = PARAMETER.exec(rest)
    if (!match) return undefined
    const [whole, name = '', value = ''] = match
    const key = name.toLowerCase()
    if (seen.has(key) && seen.get(key) !== value) return undefined
    seen.set(key, value)
    rest = rest.slice(whole.length)
  }
  return mediaType
}

/**
 * Whether a Content-Type names one of the media types, parameters aside. Several may stand in it, with commas between
 * them; letters count as they are (go-restful: Route.matchesContentType).
 */
export function includesMediaType(contentType: string | undefined, mediaTypes: readonly string[]): boolean {
  return (contentType ?? '')
    .split(',')
    .some((part) => mediaTypes.includes(part.replace(/;.*/s, '').replace(/^ +| +$/g, '')))
}
