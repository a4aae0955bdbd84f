import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { Clock, Logger } from '@davit/executor'
import { silentLogger, systemClock } from '@davit/executor'
import type { LoadedDag } from '../dag/dag-spec.ts'
import type { ErrorCode } from '../error-codes.ts'
import type { TaskApiStore } from '../store/workflow-store.ts'
import { type RefusalAnswer, WORKER_ENV } from '../worker/protocol.ts'
import type { WorkerCode } from '../worker/worker-code.ts'
import { createCertificate } from './create-certificate.ts'
import { mayChoosePort, taskApiAddress, workerUrl } from './listen-address.ts'
import { Refusal } from './refusal.ts'
import { TaskApiError } from './task-api-error.ts'
import { exchangeToken, type RouteAnswer, TASK_ROUTES, type TaskRouteContext } from './task-routes.ts'
import { WorkerSessions } from './worker-sessions.ts'

export interface TaskApiOptions {
  readonly store: TaskApiStore
  /** The DAG, as it was loaded, that a launch belongs to; null when it is not known here. */
  readonly dagOf: (launchId: string) => LoadedDag | null | Promise<LoadedDag | null>
  readonly workerCode: WorkerCode
  /** @default 127.0.0.1, a free port */
  readonly listen?: { readonly host: string; readonly port: number }
  /** How pods reach us, when it is not by the address we listen on. */
  readonly url?: string
  /** @default 5 */
  readonly heartbeatSeconds?: number
  readonly clock?: Clock
  readonly logger?: Logger
}

/** The listener that workers speak to: task routes alone, each behind a token. */
export interface TaskApi {
  /** For workers; after `start()`. */
  readonly url: string
  /** What workers' pods need in their environment to find us; after `start()`. */
  readonly env: Readonly<Record<string, string>>
  /** @throws {TaskApiError} */
  start(): Promise<void>
  /** Ends every connection. */
  stop(): Promise<void>
}

/**
 * Creates the task API. A port that is taken is replaced by a free one, unless `url` names it.
 * @throws {TaskApiError} `TASK_API_URL` when `listen` and `url` do not fit
 */
export function createTaskApi(options: TaskApiOptions): TaskApi {
  const { store, dagOf, workerCode, heartbeatSeconds = 5, clock = systemClock, logger = silentLogger } = options
  const address = taskApiAddress(options.listen, options.url)
  const context: TaskRouteContext = {
    store,
    dagOf,
    runtime: workerCode.runtime,
    heartbeatSeconds,
    sessions: new WorkerSessions(clock),
  }
  let server: Server | undefined
  let reached: { readonly url: string; readonly env: Readonly<Record<string, string>> } | undefined

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    respond(context, request, response, logger).catch((error: unknown) => {
      // The answer had begun, so only its connection can tell.
      logger.warn('an answer of the task API broke off', { error })
      response.destroy()
    })
  }
  const running = () => {
    if (!reached) throw new TaskApiError('TASK_API_LISTEN', 'the task API is not started')
    return reached
  }
  return {
    get url() {
      return running().url
    },
    get env() {
      return running().env
    },
    async start() {
      if (server) return
      const own = address.isTls ? await createCertificate(clock.now()) : undefined
      server = own ? createHttpsServer({ key: own.key, cert: own.cert }, handle) : createHttpServer(handle)
      const port = await listen(server, address.host, address.port, mayChoosePort(address))
      if (port !== address.port && address.port !== 0) {
        logger.warn('the port of the task API is taken, another was chosen', { port: address.port, chosen: port })
      }
      const url = workerUrl(address, port)
      reached = { url, env: { [WORKER_ENV.url]: url, ...(own && { [WORKER_ENV.pin]: own.pin }) } }
    },
    async stop() {
      const stopping = server
      server = undefined
      reached = undefined
      if (!stopping) return
      const closed = new Promise((resolve) => stopping.close(resolve))
      stopping.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, host: string, port: number, mayChoose: boolean): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    if (isTaken && mayChoose && port !== 0) return listen(server, host, 0, false)
    const cause = error instanceof Error ? error.message : String(error)
    throw new TaskApiError('TASK_API_LISTEN', `the task API cannot listen on ${host}:${port}: ${cause}`, {
      cause: error,
    })
  }
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : port
}

async function respond(
  context: TaskRouteContext,
  request: IncomingMessage,
  response: ServerResponse,
  logger: Logger,
): Promise<void> {
  try {
    const answer = await route(context, request)
    if ('json' in answer) return sendJson(response, 200, answer.json)
    response.writeHead(200, { 'content-type': answer.type })
    if (typeof answer.content === 'string') response.end(answer.content)
    else await pipeline(answer.content, response)
  } catch (error) {
    if (response.headersSent) throw error
    if (!(error instanceof Refusal)) {
      logger.error('a request to the task API failed', { error })
      const message = error instanceof Error ? error.message : String(error)
      return sendJson(response, 500, {
        code: 'INTERNAL' satisfies ErrorCode<'defect'>,
        message,
      } satisfies RefusalAnswer)
    }
    // What is left of a body that was too long is not worth reading.
    if (error.status === 413) response.setHeader('connection', 'close')
    sendJson(response, error.status, { code: error.code, message: error.message } satisfies RefusalAnswer)
  }
}

async function route(context: TaskRouteContext, request: IncomingMessage): Promise<RouteAnswer> {
  const url = new URL(request.url ?? '/', 'http://task-api')
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new Refusal(401, 'TOKEN_MISSING', 'a bearer token is needed')
  const name = `${request.method} ${url.pathname.replace(/^\/task\/files\/\d+$/, '/task/files/:index')}`
  if (name === 'POST /task/token') return exchangeToken(context, token, request)
  const session = context.sessions.find(token)
  if (!session) throw new Refusal(401, 'TOKEN_UNKNOWN', 'the worker token is unknown or expired')
  const handler = Object.hasOwn(TASK_ROUTES, name) ? TASK_ROUTES[name] : undefined
  if (!handler) throw new Refusal(404, 'ROUTE_UNKNOWN', `there is no ${name}`)
  return handler(context, session, request, url)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
