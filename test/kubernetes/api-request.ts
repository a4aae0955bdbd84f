import { request } from 'node:https'

/** An API server and how to be let in. */
export interface ApiAccess {
  readonly url: string
  readonly authorityPem: string
  readonly token: string
}

/** What the server said; `body` is the parsed JSON, or the text when it is none. */
export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * One request on a connection of its own: slow, and nothing is left open behind it.
 *
 * @throws Error when there is no answer within five seconds
 */
export function apiRequest(
  access: ApiAccess,
  method: string,
  path: string,
  body?: unknown,
  contentType = 'application/json',
): Promise<ApiAnswer> {
  const payload = body === undefined ? '' : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      new URL(path, access.url),
      {
        method,
        ca: access.authorityPem,
        agent: false,
        timeout: 5_000,
        headers: {
          authorization: `Bearer ${access.token}`,
          'content-type': contentType,
          // Node sends none for DELETE, and the API server then ignores the body.
          'content-length': Buffer.byteLength(payload),
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.once('error', reject)
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }))
      },
    )
    outgoing.once('error', reject)
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer to ${method} ${path} within 5 s`)))
    outgoing.end(payload)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
