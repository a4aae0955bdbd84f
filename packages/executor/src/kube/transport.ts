import type { Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import { answerStatus } from './answer-status.ts'
import { connectionError, failedRequest, type RequestName } from './connection-error.ts'
import type { ConnectionPools, PoolPair } from './connection-pools.ts'
import type { Credentials } from './credentials.ts'
import { KubeApiError, KubeConnectionError } from './kube-errors.ts'
import { isProtobuf } from './protobuf/envelope.ts'
import { RequestEnd } from './request-end.ts'
import { parseRetryAfter } from './retry-after.ts'

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Escaped, without the query. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: { readonly contentType: string; readonly content: string }
  readonly signal?: AbortSignal | undefined
  /** @default 'application/json' */
  readonly accept?: string
}

/** A whole answer. */
export interface WholeAnswer {
  /** Bytes where it is in protobuf. */
  readonly content: string | Buffer
  /** Its `Warning` headers, as they came. */
  readonly warnings: string | readonly string[] | undefined
}

export interface TransportOptions {
  /** The API server's address, with a path if it stands behind a gateway. */
  readonly server: string
  readonly pools: ConnectionPools
  readonly credentials: Credentials
  readonly clock: Clock
  readonly userAgent: string
}

type Answer = Dispatcher.ResponseData

/** Of a refusal's body no more is read: a proxy's page may be of any length. */
const REFUSAL_LIMIT = 1024 * 1024

/**
 * Sends requests and gives back what was answered, whole or as a stream of bytes. Adds credentials, and renews them
 * after a 401, once a request. Everything else than 2xx rejects with {@link KubeApiError}, everything else than an
 * answer with {@link KubeConnectionError}.
 */
export class Transport {
  readonly #options: TransportOptions
  readonly #basePath: string
  readonly #origin: string
  readonly #closing = new AbortController()

  constructor(options: TransportOptions) {
    this.#options = options
    const { origin, pathname } = new URL(options.server)
    this.#origin = origin
    this.#basePath = pathname.replace(/\/+$/, '')
  }

  /** The whole body of the answer, within the deadline, and what the server warns of. */
  async exchange(request: KubeRequest, { timeoutMs }: { readonly timeoutMs: number }): Promise<WholeAnswer> {
    using end = this.#end(request)
    end.endAfter(timeoutMs, 'timeout')
    try {
      const answer = await this.#send(request, 'requests', end)
      return { content: await contentOf(answer), warnings: answer.headers.warning }
    } catch (error) {
      throw this.#failure(error, request, end, timeoutMs)
    }
  }

  /** The answer's body as it comes. Ends quietly when the caller's signal aborts. */
  async *stream(
    request: KubeRequest,
    limits: {
      readonly pool: keyof PoolPair
      readonly silenceMs?: number
      readonly timeoutMs?: number
      /** Whether what came last counts as a word: bytes that trickle and never make a line leave their reader blind. @default all */
      readonly isWord?: () => boolean
      /** Called when the headers have come. */
      readonly onOpen?: ((contentType: string | undefined) => void) | undefined
    },
  ): AsyncGenerator<Buffer, void, undefined> {
    using end = this.#end(request)
    const { silenceMs, timeoutMs } = limits
    if (timeoutMs !== undefined) end.endAfter(timeoutMs, 'timeout')
    const { clock } = this.#options
    let silentMs = 0
    let listeningSince = clock.now()
    const listen = () => {
      listeningSince = clock.now()
      if (silenceMs !== undefined) end.endAfter(Math.max(0, silenceMs - silentMs), 'silence')
    }
    try {
      // Headers count as a byte like any other: servers and proxies may hold them back until the first event.
      listen()
      const answer = await this.#send(request, limits.pool, end)
      limits.onOpen?.(contentTypeOf(answer))
      // Its errors come out of the iteration; those after it has ended are of our own making.
      answer.body.on('error', () => {})
      const chunks = answer.body[Symbol.asyncIterator]()
      for (;;) {
        listen()
        const { done, value } = await chunks.next()
        if (silenceMs !== undefined) end.calm()
        if (done) return
        // The time that the reader takes does not count.
        const waitedMs = Math.max(0, clock.now() - listeningSince)
        yield value
        silentMs = (limits.isWord?.() ?? true) ? 0 : silentMs + waitedMs
      }
    } catch (error) {
      if (end.reason === 'caller') return
      throw this.#failure(error, request, end, silenceMs ?? timeoutMs ?? 0)
    }
  }

  /** Ends every request under way, which rejects as `aborted`, and every connection. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#options.credentials.close()
    await this.#options.pools.close()
  }

  #end(request: KubeRequest): RequestEnd {
    return new RequestEnd({ clock: this.#options.clock, caller: request.signal, closing: this.#closing.signal })
  }

  async #send(request: KubeRequest, pool: keyof PoolPair, end: RequestEnd): Promise<Answer> {
    let mayRenew = true
    // A kept connection may have been closed by the server as we took it: what changes nothing is simply asked again.
    let mayRepeat = request.method === 'GET'
    for (;;) {
      const presented = await end.race(this.#present(request))
      const pair = await end.race(this.#options.pools.pair(presented.clientCertificate))
      let answer: Answer
      try {
        answer = await pair[pool].request(this.#dispatchOptions(request, presented.authorization, end.signal))
      } catch (error) {
        if (!mayRepeat || end.reason || connectionError(error, this.#name(request)).kind !== 'reset') throw error
        mayRepeat = false
        continue
      }
      if (answer.statusCode === 401 && mayRenew && this.#options.credentials.refused(presented)) {
        mayRenew = false
        await answer.body.dump()
        continue
      }
      if (answer.statusCode >= 200 && answer.statusCode < 300) return answer
      throw await this.#refusal(answer, request)
    }
  }

  async #present(request: KubeRequest) {
    try {
      return await this.#options.credentials.present()
    } catch (error) {
      const reason = `there are no credentials to present: ${error instanceof Error ? error.message : String(error)}`
      throw failedRequest(this.#name(request), 'credentials', reason, error)
    }
  }

  #dispatchOptions(request: KubeRequest, authorization: string | undefined, signal: AbortSignal) {
    const { method, path, query, body, accept = 'application/json' } = request
    const parameters = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    )
    const queryText = parameters.length > 0 ? `?${new URLSearchParams(parameters)}` : ''
    return {
      method,
      path: `${this.#basePath}${path}${queryText}`,
      signal,
      body: body?.content ?? null,
      headers: {
        accept,
        'user-agent': this.#options.userAgent,
        ...(authorization === undefined ? {} : { authorization }),
        ...(body ? { 'content-type': body.contentType } : {}),
      },
    }
  }

  async #refusal(answer: Answer, request: KubeRequest): Promise<KubeApiError> {
    const header = answer.headers['retry-after']
    const retryAfterMs = parseRetryAfter(Array.isArray(header) ? header[0] : header, this.#options.clock.now())
    const location = answer.headers.location
    const bytes = await bytesUpTo(answer.body, REFUSAL_LIMIT)
    const body = isProtobuf(contentTypeOf(answer)) ? bytes : bytes.toString('utf8')
    const status = answerStatus(answer.statusCode, body.length === 0 && location ? `redirected to ${location}` : body)
    return new KubeApiError({
      status,
      httpStatus: answer.statusCode,
      method: request.method,
      path: request.path,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }

  #failure(error: unknown, request: KubeRequest, end: RequestEnd, limitMs: number): Error {
    if (error instanceof KubeApiError || error instanceof KubeConnectionError) return error
    const name = this.#name(request)
    const seconds = `${limitMs / 1000} s`
    switch (end.reason) {
      case 'timeout':
        return failedRequest(name, 'timeout', `it did not come within ${seconds}`)
      case 'silence':
        return failedRequest(name, 'silence', `nothing came for ${seconds}`)
      case 'caller':
        return failedRequest(name, 'aborted', 'the caller aborted it', request.signal?.reason)
      case 'closed':
        return failedRequest(name, 'aborted', 'the client is closed')
      default:
        return connectionError(error, name)
    }
  }

  #name({ method, path }: KubeRequest): RequestName {
    return { server: this.#origin, method, path }
  }
}

async function contentOf(answer: Answer): Promise<string | Buffer> {
  if (!isProtobuf(contentTypeOf(answer))) return answer.body.text()
  const { buffer, byteOffset, byteLength } = await answer.body.bytes()
  return Buffer.from(buffer, byteOffset, byteLength)
}

function contentTypeOf({ headers }: Answer): string | undefined {
  const type = headers['content-type']
  return Array.isArray(type) ? type[0] : type
}

async function bytesUpTo(body: Answer['body'], limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= limit) break
  }
  return Buffer.concat(chunks).subarray(0, limit)
}
