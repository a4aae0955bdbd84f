import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'
import type { Duplex } from 'node:stream'
import { type ClusterAccess, readAccess } from './kubeconfig-access.ts'
import { RawWatch } from './raw-watch.ts'

/** What is sent beside method and path. */
export interface RawRequest {
  /** A value to send as JSON, or a text to send as it is. */
  readonly body?: unknown
  /** @default 'application/json' */
  readonly contentType?: string
  readonly accept?: string
  /** The bearer token instead of the kubeconfig's; null: no credentials. */
  readonly token?: string | null
  /** Headers beside those of the other options. */
  readonly headers?: Readonly<Record<string, string>>
  /** @default 10,000 */
  readonly withinMs?: number
}

/** What the server said. */
export interface RawAnswer<T = unknown> {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The texts of the Warning headers. */
  readonly warnings: readonly string[]
  readonly text: string
  /** The parsed JSON, or the text when it is none. */
  readonly body: T
}

/**
 * A client of an API server that adds nothing and hides nothing. Independent of every client of ours, so that their
 * mistakes are not the suites'.
 */
export class RawApi implements Disposable {
  readonly access: ClusterAccess
  readonly #agent: Agent
  readonly #connect: (() => Duplex) | undefined

  /** `connect`: opens a connection to the server without the network. */
  constructor(kubeconfig: string, { connect }: { readonly connect?: () => Duplex } = {}) {
    this.access = readAccess(kubeconfig)
    this.#agent = new Agent({ keepAlive: true, ca: this.access.ca })
    this.#connect = connect
    if (connect) this.#agent.createConnection = connect
  }

  /** @throws Error when there is no answer in time, or the connection breaks */
  request<T = unknown>(method: string, path: string, options: RawRequest = {}): Promise<RawAnswer<T>> {
    const { body, withinMs = 10_000 } = options
    const payload = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.access.url), this.#requestOptions(method, payload, options))
      outgoing.setTimeout(withinMs, () =>
        outgoing.destroy(new Error(`no answer to ${method} ${path} in ${withinMs} ms`)),
      )
      outgoing.once('error', reject)
      outgoing.once('response', (response) => {
        response.once('error', reject)
        response
          .setEncoding('utf8')
          .toArray()
          .then((chunks) => {
            const text = chunks.join('')
            const warnings = response.headersDistinct.warning ?? []
            const { headers, statusCode: status = 0 } = response
            resolve({ status, headers, warnings, text, body: parsed(text) as T })
          }, reject)
      })
      outgoing.end(payload)
    })
  }

  get<T = unknown>(path: string, options?: RawRequest): Promise<RawAnswer<T>> {
    return this.request('GET', path, options)
  }

  post<T = unknown>(path: string, body: unknown, options?: RawRequest): Promise<RawAnswer<T>> {
    return this.request('POST', path, { ...options, body })
  }

  put<T = unknown>(path: string, body: unknown, options?: RawRequest): Promise<RawAnswer<T>> {
    return this.request('PUT', path, { ...options, body })
  }

  /** @param type of the patch: `application/TYPE+yaml` for apply, else `application/TYPE+json` */
  patch<T = unknown>(path: string, type: PatchType, body: unknown, options?: RawRequest): Promise<RawAnswer<T>> {
    return this.request('PATCH', path, { ...options, body, contentType: patchTypes[type] })
  }

  delete<T = unknown>(path: string, body?: unknown, options?: RawRequest): Promise<RawAnswer<T>> {
    return this.request('DELETE', path, { ...options, body })
  }

  /** Opens a watch; `path` says `watch=true`. */
  watch(path: string, options: RawRequest = {}): RawWatch {
    return new RawWatch(new URL(path, this.access.url), {
      ...this.#requestOptions('GET', '', options),
      // A watch keeps its connection: one of its own.
      agent: false,
      ca: this.access.ca,
      ...(this.#connect && { createConnection: this.#connect }),
    })
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #requestOptions(method: string, payload: string, { contentType, accept, token, headers }: RawRequest) {
    const bearer = token === undefined ? this.access.token : token
    const certificate = token === undefined ? { cert: this.access.cert, key: this.access.key } : {}
    return {
      method,
      agent: this.#agent,
      ...certificate,
      headers: {
        ...headers,
        ...(typeof bearer === 'string' && { authorization: `Bearer ${bearer}` }),
        ...(accept !== undefined && { accept }),
        ...(method !== 'GET' && {
          'content-type': contentType ?? 'application/json',
          // Node sends none for DELETE, and the API server then ignores the body.
          'content-length': Buffer.byteLength(payload),
        }),
      },
    }
  }
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

export type PatchType = keyof typeof patchTypes

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
