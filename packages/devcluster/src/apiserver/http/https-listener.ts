import { type IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { UNSUPPORTED_ENCODING } from './request-head.ts'

/** What a listener needs. */
export interface HttpsListenerParts {
  readonly certificatePem: string
  readonly privateKeyPem: string
  /** Answers a request, whatever comes. */
  handle(request: IncomingMessage, response: ServerResponse): void
}

/** HTTPS on 127.0.0.1 and nowhere else. Knows every connection, so that they can be broken. */
export class HttpsListener {
  readonly #parts: HttpsListenerParts
  readonly #sockets = new Set<Duplex>()
  /** The newest request of each connection. */
  readonly #open = new WeakMap<Duplex, { readonly request: IncomingMessage; readonly response: ServerResponse }>()
  #server: Server | undefined

  constructor(parts: HttpsListenerParts) {
    this.#parts = parts
  }

  /** 0 while it does not listen. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? 0
  }

  /** @throws the system's error, as when the port is taken */
  async start(port: number): Promise<void> {
    const { certificatePem, privateKeyPem, handle } = this.#parts
    const server = createServer(
      {
        cert: certificatePem,
        key: privateKeyPem,
        // No client has a certificate: without a list of its own Node reads all authorities of the world.
        ca: [],
        // Watches are silent for long; clients end what they no longer need.
        keepAliveTimeout: 90_000,
        requestTimeout: 0,
        // As Go's server has it.
        maxHeaderSize: 1024 * 1024,
        // What is missing is said by those who answer.
        requireHostHeader: false,
      },
      (request, response) => {
        this.#open.set(request.socket, { request, response })
        handle(request, response)
      },
    )
    server.on('connection', (socket: Duplex) => this.#remember(socket))
    // A client that is none, or that left in the middle of its handshake.
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const refuse = () => {
        if (socket.writable) socket.end(refusalOfNoRequest(error.code))
      }
      const open = this.#open.get(socket)
      // What follows a whole request may be no request: its own answer comes first.
      if (open?.request.complete && !open.response.writableEnded) open.response.once('finish', refuse)
      else refuse()
    })
    // Without somebody who hears it, node:http breaks the connection.
    server.on('connect', (request: IncomingMessage, socket: Socket) => {
      const response = new ServerResponse(request)
      response.shouldKeepAlive = false
      response.assignSocket(socket)
      response.once('finish', () => socket.end())
      handle(request, response)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    this.#server = server
  }

  /** Serves a connection that came without the network, in the clear. One that comes while it does not listen is broken. */
  accept(connection: Duplex): void {
    if (!this.#server) {
      connection.destroy()
      return
    }
    this.#remember(connection)
    // What node:https does with a connection once its TLS stands; any stream will do.
    this.#server.emit('secureConnection', connection as TLSSocket)
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
    if (!server) return
    const closed = new Promise((resolve) => server.close(resolve))
    this.closeConnections()
    await closed
  }

  #remember(connection: Duplex): void {
    this.#sockets.add(connection)
    connection.once('close', () => this.#sockets.delete(connection))
  }
}

/** The answer to bytes that are no HTTP request, in the words of Go's server. */
function refusalOfNoRequest(code: string | undefined): string {
  const [status, text = status] = refusalWords(code)
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${text}`
}

function refusalWords(code: string | undefined): readonly [status: string, text?: string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['431 Request Header Fields Too Large']
  if (code === 'HPE_INVALID_TRANSFER_ENCODING') return ['501 Not Implemented', UNSUPPORTED_ENCODING.text]
  return ['400 Bad Request']
}
