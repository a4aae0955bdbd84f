/**
 * One request as it goes over the wire. Texts here are bytes: each character stands for the byte of its number, so that
 * every sequence of bytes can be written down, shrunk and printed.
 */
export interface WireRequest {
  readonly method: string
  /** Path and query, as they stand in the request line. */
  readonly target: string
  /** @default 'HTTP/1.1' */
  readonly version?: string
  /** Beside `Host`, `Authorization` and `Content-Length`, each of which is added unless it is named here. */
  readonly headers?: readonly Header[]
  readonly body?: string
}

/** A header of null is one that is left out, though it would be added otherwise. */
export type Header = readonly [name: string, value: string | null]

/** What a client does on one connection. */
export interface Conversation {
  /** Sent at once, one behind the other. */
  readonly requests: readonly WireRequest[]
  /** Bytes that are sent in the place of those of the requests. */
  readonly raw?: string
  /** Such a part of the bytes is sent, from 0 to 1, and no more. @default 1 */
  readonly sentPart?: number
  /**
   * What the client does when it has sent them: it waits for its answers, says that it will send no more and waits, or
   * breaks the connection. @default 'waits'
   */
  readonly afterwards?: 'waits' | 'closes' | 'breaks'
}

/** The text as bytes of UTF-8. */
export function utf8(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** What a server's requests need beside what they are about. */
export interface Credentials {
  readonly host: string
  readonly token: string
}

/** The bytes of a request. */
export function requestBytes(request: WireRequest, { host, token }: Credentials): string {
  const { method, target, version = 'HTTP/1.1', headers = [], body } = request
  const named = new Set(headers.map(([name]) => name.toLowerCase()))
  const added: Header[] = [
    ['Host', host],
    ['Authorization', `Bearer ${token}`],
    ...(body === undefined ? [] : [['Content-Length', String(body.length)] as const]),
  ]
  const lines = [...added.filter(([name]) => !named.has(name.toLowerCase())), ...headers].flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  )
  return [`${method} ${target} ${version}`, ...lines, '', body ?? ''].join('\r\n')
}

/** Everything that the client sends. */
export function sentBytes({ requests, raw, sentPart = 1 }: Conversation, credentials: Credentials): string {
  const whole = raw ?? requests.map((request) => requestBytes(request, credentials)).join('')
  return whole.slice(0, Math.floor(whole.length * sentPart))
}

/** A conversation for people: the bytes that are sent, with `\n` for the ends of lines and escapes for what cannot be seen. */
export function shown(conversation: Conversation): string {
  const { sentPart = 1, afterwards = 'waits' } = conversation
  const bytes = sentBytes({ ...conversation, sentPart: 1 }, { host: '$HOST', token: '$TOKEN' })
  const cut = sentPart === 1 ? '' : `, of which only the first ${sentPart} are sent`
  return `${JSON.stringify(bytes)}${cut}; the client ${afterwards}`
}
