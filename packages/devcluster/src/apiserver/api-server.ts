import { timingSafeEqual } from 'node:crypto'
import { type IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Kubelet } from '../kubelet/kubelet.ts'
import { authorizeAnonymous } from './anonymous.ts'
import { FaultRules } from './fault-rules.ts'
import { Exchange } from './http/exchange.ts'
import { ObjectEncoder } from './http/object-encoder.ts'
import { booleanValue } from './http/query-values.ts'
import { type RequestInfo, ResourceMissingError, requestInfo } from './http/request-info.ts'
import { parseRequestTarget } from './http/request-target.ts'
import type { ObjectRegistry } from './object-registry.ts'
import { type Random, randomUid } from './random-text.ts'
import { RequestLog } from './request-log.ts'
import type { ResourceDefinition } from './resources/resource-definition.ts'
import { route } from './router.ts'
import type { ApiTypes } from './schema/api-type.ts'
import type { ServerContext } from './server-context.ts'
import { ApiError, forbidden, internalError, unauthorized } from './status.ts'
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
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #unsubscribe: (() => void) | undefined

  constructor(parts: ApiServerParts) {
    this.#parts = parts
    this.#token = Buffer.from(`Bearer ${parts.token}`)
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

  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? 0
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`
  }

  /** Listens. @throws the system's error, as when the port is taken */
  async start(port: number): Promise<void> {
    const server = createServer(
      {
        cert: this.#parts.certificatePem,
        key: this.#parts.privateKeyPem,
        // No client has a certificate: without a list of its own Node reads all authorities of the world.
        ca: [],
        // Watches are silent for long; clients end what they no longer need.
        keepAliveTimeout: 90_000,
        requestTimeout: 0,
        // As Go's server has it.
        maxHeaderSize: 1024 * 1024,
      },
      (request, response) => void this.#handle(request, response),
    )
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    // A client that is none, or that left in the middle of its handshake.
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (socket.writable) socket.end(refusalOfNoRequest(error.code))
    })
    // Without somebody who hears it, node:http breaks the connection.
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      const response = new ServerResponse(request)
      response.shouldKeepAlive = false
      response.assignSocket(socket)
      response.once('finish', () => socket.end())
      void this.#handle(request, response)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    this.#server = server
    this.#unsubscribe = this.#parts.registry.store.subscribe((resource) => this.watches.changed(resource))
  }

  /** Breaks every connection, watches and all, and listens on. Returns how many. */
  closeConnections(): number {
    const open = [...this.#sockets]
    for (const socket of open) socket.destroy()
    return open.length
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    this.#unsubscribe?.()
    if (!server) return
    const closed = new Promise((resolve) => server.close(resolve))
    this.closeConnections()
    await closed
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = this.#parts.clock.now()
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
      await route(this.#context, exchange, `127.0.0.1:${this.port}`)
    } catch (error) {
      this.#refuse(exchange, error)
    }
  }

  /** @throws {ApiError} 401 for a wrong token, 403 where somebody without one may not look, or who acts as another */
  #authenticate(request: IncomingMessage, info: RequestInfo): void {
    const { authorization } = request.headers
    if (authorization === undefined) {
      authorizeAnonymous(info)
      return
    }
    const given = Buffer.from(authorization)
    if (given.length !== this.#token.length || !timingSafeEqual(given, this.#token)) throw unauthorized()
    const another = request.headers['impersonate-user']
    if (another !== undefined) {
      throw forbidden({ group: '', plural: 'users' }, String(another), 'the dev cluster has no users to act as')
    }
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

/** The answer to bytes that are no HTTP request, in the words of Go's server. */
function refusalOfNoRequest(code: string | undefined): string {
  const said = code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  return `HTTP/1.1 ${said}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${said}`
}
