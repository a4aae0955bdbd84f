import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** What arrived, with its body read. */
export interface ReceivedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly socket: Socket
  /** Common name of the client's certificate. */
  readonly clientName: string | undefined
}

export type Answer = (request: ReceivedRequest, response: ServerResponse) => void

export interface WireServer extends AsyncDisposable {
  readonly url: string
  readonly requests: ReceivedRequest[]
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>
  /** Connections ever accepted. */
  accepted(): number
  stop(): Promise<void>
}

export interface WireServerTls {
  readonly cert: string
  readonly key: string
  /** Client certificates are asked for, and must be signed by this. */
  readonly clientAuthority?: string
}

/** A server on loopback that answers as the test says: bytes on the wire, nothing of Kubernetes. */
export async function startWireServer(
  answer: Answer,
  tls?: WireServerTls,
  { port: wanted = 0 }: { readonly port?: number } = {},
): Promise<WireServer> {
  const requests: ReceivedRequest[] = []
  const sockets = new Set<Socket>()
  let accepted = 0
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const received: ReceivedRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      socket: request.socket,
      clientName: tls ? (request.socket as TLSSocket).getPeerCertificate().subject?.CN?.toString() : undefined,
    }
    requests.push(received)
    answer(received, response)
  }
  const server: Server = tls
    ? createSecureServer(
        {
          cert: tls.cert,
          key: tls.key,
          ...(tls.clientAuthority === undefined
            ? {}
            : { ca: tls.clientAuthority, requestCert: true, rejectUnauthorized: true }),
        },
        listener,
      )
    : createServer(listener)
  server.on('connection', (socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  }
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    sockets,
    accepted: () => accepted,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** The Status of a refusal. */
export function statusBody(code: number, reason: string, message: string, details?: object) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message, details }
}
