import { setImmediate } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import { answerStatus } from './answer-status.ts'
import { connectionError, failedRequest, type RequestName } from './connection-error.ts'
import type { ConnectionPools, PoolPair } from './connection-pools.ts'
import type { Credentials, PresentedCredentials } from './credentials.ts'
import { KubeApiError, KubeConnectionError } from './kube-errors.ts'
import { isProtobuf } from './protobuf/envelope.ts'
import { isSuccess, REFUSAL_LIMIT, type ReceivedAnswer, requestWhole } from './received-answer.ts'
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

type Head = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>

/** Sends a request; gives what is to become of a success, and of a refusal all that is read of it. */
type Ask<A extends Head> = (pool: Dispatcher, options: Dispatcher.DispatchOptions) => Promise<A | ReceivedAnswer>

/**
 * Sends requests and gives back what was answered, whole or as a stream of bytes. Adds credentials, and renews them
 * after a 401, once a request. Everything else than 2xx rejects with {@link KubeApiError}, everything else than an
 * answer with {@link KubeConnectionError}.
 */
export class Transport {
  readonly #options: TransportOptions
  readonly #basePath: string
  readonly #origin: string
  readonly #open = new Set<RequestEnd>()
  #isClosed = false

  constructor(options: TransportOptions) {
    this.#options = options
    const { origin, pathname } = new URL(options.server)
    this.#origin = origin
    this.#basePath = pathname.replace(/\/+$/, '')
  }

  /** The whole body of the answer, within the deadline, and what the server warns of. */
  async exchange(request: KubeRequest, { timeoutMs }: { readonly timeoutMs: number }): Promise<WholeAnswer> {
    using end = this.#begin(request)
    end.endAfter(timeoutMs, 'timeout')
    try {
      const ask = (pool: Dispatcher, options: Dispatcher.DispatchOptions) => requestWhole(pool, options, end)
      const answer = await this.#send(request, 'requests', end, ask)
      return { content: textOrProtobuf(answer), warnings: answer.headers.warning }
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
    using end = this.#begin(request)
    // Whoever leaves the iteration leaves the connection too.
    using stopping = new StreamStop(end)
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
      const answer = await this.#send(request, limits.pool, end, (pool, options) =>
        openStream(pool, options, stopping.signal),
      )
      limits.onOpen?.(contentTypeOf(answer))
      // Its errors come out of the iteration; those after it has ended are of our own making.
      answer.body.on('error', () => {})
      const chunks = answer.body[Symbol.asyncIterator]()
      for (;;) {
        listen()
        const { done, value } = await chunks.next()
        if (silenceMs !== undefined) end.calm()
        if (done) {
          // Its connection is free a turn later: who asks anew at once, as a watch does, would open another.
          await setImmediate()
          return
        }
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
    this.#isClosed = true
    for (const end of this.#open) end.end('closed')
    this.#options.credentials.close()
    await this.#options.pools.close()
  }

  #begin(request: KubeRequest): RequestEnd {
    const end = new RequestEnd({ clock: this.#options.clock, caller: request.signal, open: this.#open })
    if (this.#isClosed) end.end('closed')
    return end
  }

  async #send<A extends Head>(request: KubeRequest, pool: keyof PoolPair, end: RequestEnd, ask: Ask<A>): Promise<A> {
    let mayRenew = true
    // A kept connection may have been closed by the server as we took it: what changes nothing is simply asked again.
    let mayRepeat = request.method === 'GET'
    for (;;) {
      const presented = await end.race(this.#present(request))
      const pair = await end.race(this.#options.pools.pair(presented.clientCertificate))
      let answer: A | ReceivedAnswer
      try {
        answer = await ask(pair[pool], this.#dispatchOptions(request, presented.authorization))
      } catch (error) {
        if (!mayRepeat || end.reason || connectionError(error, this.#name(request)).kind !== 'reset') throw error
        mayRepeat = false
        continue
      }
      if (answer.statusCode === 401 && mayRenew && this.#options.credentials.refused(presented)) mayRenew = false
      else if (isSuccess(answer)) return answer as A
      else throw this.#refusal(answer as ReceivedAnswer, request)
    }
  }

  /** At once where they are at hand, as they are but for the first request and after a renewal. */
  #present(request: KubeRequest): PresentedCredentials | Promise<PresentedCredentials> {
    const presented = this.#options.credentials.present()
    if (!(presented instanceof Promise)) return presented
    return presented.catch((error: unknown) => {
      const reason = `there are no credentials to present: ${error instanceof Error ? error.message : String(error)}`
      throw failedRequest(this.#name(request), 'credentials', reason, error)
    })
  }

  #dispatchOptions(request: KubeRequest, authorization: string | undefined): Dispatcher.DispatchOptions {
    const { method, path, query, body, accept = 'application/json' } = request
    const parameters = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    )
    const queryText = parameters.length > 0 ? `?${new URLSearchParams(parameters)}` : ''
    return {
      method,
      path: `${this.#basePath}${path}${queryText}`,
      body: body?.content ?? null,
      // After a DELETE with a body, which carries the uid, undici would close the connection: Kubernetes reads bodies.
      reset: false,
      headers: {
        accept,
        'user-agent': this.#options.userAgent,
        ...(authorization === undefined ? {} : { authorization }),
        ...(body ? { 'content-type': body.contentType } : {}),
      },
    }
  }

  #refusal(answer: ReceivedAnswer, request: KubeRequest): KubeApiError {
    const { statusCode, headers } = answer
    const header = headers['retry-after']
    const retryAfterMs = parseRetryAfter(Array.isArray(header) ? header[0] : header, this.#options.clock.now())
    const { location } = headers
    const body = textOrProtobuf(answer)
    const status = answerStatus(statusCode, body.length === 0 && location ? `redirected to ${location}` : body)
    return new KubeApiError({
      status,
      httpStatus: statusCode,
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

/** Ends the connection of a stream when its request is ended, or over. */
class StreamStop implements Disposable {
  readonly #controller = new AbortController()
  readonly #leave: () => void

  constructor(end: RequestEnd) {
    this.#leave = end.onEnd(() => this.#controller.abort())
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    this.#leave()
    this.#controller.abort()
  }
}

async function openStream(
  pool: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData | ReceivedAnswer> {
  const answer = await pool.request({ ...options, signal })
  const { statusCode, headers, body } = answer
  return isSuccess(answer) ? answer : { statusCode, headers, body: await bytesUpTo(body, REFUSAL_LIMIT) }
}

function textOrProtobuf({ headers, body }: ReceivedAnswer): string | Buffer {
  return isProtobuf(contentTypeOf({ headers })) ? body : body.toString('utf8')
}

function contentTypeOf({ headers }: Pick<ReceivedAnswer, 'headers'>): string | undefined {
  const type = headers['content-type']
  return Array.isArray(type) ? type[0] : type
}

async function bytesUpTo(body: Dispatcher.ResponseData['body'], limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= limit) break
  }
  return Buffer.concat(chunks).subarray(0, limit)
}
