import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { Kubelet } from '../kubelet/kubelet.ts'
import type { Random } from '../random.ts'
import { authorizeAnonymous } from './anonymous.ts'
import { hasToken, refuseImpersonation } from './authentication.ts'
import { FaultRules } from './fault-rules.ts'
import { Exchange } from './http/exchange.ts'
import { HttpsListener } from './http/https-listener.ts'
import { ObjectEncoder } from './http/object-encoder.ts'
import { booleanValue } from './http/query-values.ts'
import { headProblem } from './http/request-head.ts'
import { type RequestInfo, ResourceMissingError, requestInfo } from './http/request-info.ts'
import { parseRequestTarget } from './http/request-target.ts'
import { randomUid } from './random-text.ts'
import type { ObjectRegistry } from './registry/object-registry.ts'
import { RequestLog } from './request-log.ts'
import type { ResourceDefinition } from './resources/resource-definition.ts'
import { route } from './router.ts'
import type { ApiTypes } from './schema/api-type.ts'
import type { ServerContext } from './server-context.ts'
import { ApiError, internalError } from './status.ts'
import { SharedFeeds } from './watch/shared-feeds.ts'
import { WatchHub } from './watch/watch-hub.ts'

export interface ApiServerParts {
  readonly registry: ObjectRegistry
  readonly types: ApiTypes
  readonly clock: Clock
  readonly random: Random
  readonly token: string
  readonly certificatePem: string
  readonly privateKeyPem: string
  kubeletOf(nodeName: string): Kubelet | undefined
  /** Hears of errors that are the server's own fault. */
  onInternalError(error: unknown): void
}

/** The Kubernetes API over HTTPS, on 127.0.0.1 and nowhere else. */
export class ApiServer {
  readonly requests = new RequestLog()
  readonly watches: WatchHub
  readonly faults: FaultRules
  readonly #parts: ApiServerParts
  readonly #context: ServerContext
  readonly #token: Buffer
  readonly #listener: HttpsListener
  #unsubscribe: (() => void) | undefined

  constructor(parts: ApiServerParts) {
    this.#parts = parts
    this.#token = Buffer.from(parts.token)
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.#handle(request, response)
    this.#listener = new HttpsListener({ ...parts, handle })
    this.watches = new WatchHub((info) => this.faults.isStalled(info))
    this.faults = new FaultRules(parts.clock, () => this.watches.pumpAll())
    const encoders = new Map<ResourceDefinition, ObjectEncoder>()
    this.#context = {
      registry: parts.registry,
      types: parts.types,
      clock: parts.clock,
      random: parts.random,
      watches: this.watches,
      feeds: new SharedFeeds(),
      encoder(resource) {
        const known = encoders.get(resource)
        if (known) return known
        const fresh = new ObjectEncoder(resource, parts.types, () => parts.clock.now())
        encoders.set(resource, fresh)
        return fresh
      },
      kubeletOf: (nodeName) => parts.kubeletOf(nodeName),
    }
  }

  get url(): string {
    return `https://${this.#address}`
  }

  /** Listens. @throws the system's error, as when the port is taken */
  async start(port: number): Promise<void> {
    await this.#listener.start(port)
    this.#unsubscribe = this.#parts.registry.store.subscribe((resource) => this.watches.changed(resource))
  }

  /** Serves a connection that came without the network, in the clear. */
  accept(connection: Duplex): void {
    this.#listener.accept(connection)
  }

  /** Breaks every connection, watches and all, and listens on. Returns how many. */
  closeConnections(): number {
    return this.#listener.closeConnections()
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    await this.#listener.stop()
  }

  get #address(): string {
    return `127.0.0.1:${this.#listener.port}`
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = this.#parts.clock.now()
    const problem = headProblem(request)
    if (problem) {
      sendPlainRefusal(response, problem.code, problem.text)
      return
    }
    const target = parseRequestTarget(request.url ?? '/')
    if (!target) {
      sendPlainRefusal(response, 400, '400 Bad Request')
      return
    }
    const { path, query } = target
    const userAgent = request.headers['user-agent'] ?? ''
    let info: RequestInfo
    try {
      info = requestInfo(request.method ?? 'GET', path, booleanValue(query, 'watch'), userAgent)
    } catch (error) {
      if (!(error instanceof ResourceMissingError)) throw error
      sendPlainRefusal(response, 500, resourceMissing(request.url ?? ''))
      return
    }
    const exchange = new Exchange(request, response, info, query, randomUid(this.#parts.random))
    exchange.onAnswer((code, isLost) => {
      this.requests.add({ ...info, uid: '', ...exchange.subject, code, at: arrivedAt, isLost })
    })
    try {
      this.#authenticate(request, info)
      const { drop, loseAnswer } = await this.faults.before(info, exchange.signal)
      if (drop) {
        request.socket.destroy()
        return
      }
      exchange.losesAnswer = loseAnswer
      await route(this.#context, exchange, this.#address)
    } catch (error) {
      this.#refuse(exchange, error)
    }
  }

  /** @throws {ApiError} 401 for a wrong token, 403 where somebody without one may not look, or who acts as another */
  #authenticate({ headers }: IncomingMessage, info: RequestInfo): void {
    const isAdmin = hasToken(headers, this.#token)
    refuseImpersonation(headers)
    if (!isAdmin) authorizeAnonymous(info)
  }

  #refuse(exchange: Exchange, error: unknown): void {
    const { response } = exchange
    // The client has gone: nobody is left to tell.
    if (exchange.signal.aborted || response.destroyed) return
    if (response.headersSent) {
      this.#parts.onInternalError(error)
      response.destroy()
      return
    }
    const refusal = error instanceof ApiError ? error : internalError('the dev cluster could not answer')
    if (refusal !== error) this.#parts.onInternalError(error)
    if (refusal.code === 413) response.setHeader('connection', 'close')
    exchange.sendStatus(refusal.code, refusal.status)
  }
}

/** An answer to what does not get as far as the API. */
function sendPlainRefusal(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(text)
}

/** What Kubernetes says of a path that ends where a resource is due. */
function resourceMissing(url: string): string {
  const shown = url.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `Internal Server Error: "${shown}": failed to create RequestInfo: unable to determine kind and namespace from url, ${shown}\n`
}
