import { X509Certificate } from 'node:crypto'
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { ErrorCode } from '../error-codes.ts'
import type { RefusalAnswer } from './protocol.ts'

/** The task API refused: asking again would not help, and the worker must end. */
export class TaskApiRefusal extends Error {
  override readonly name = 'TaskApiRefusal'
  readonly status: number
  readonly code: string

  constructor(status: number, { code, message }: RefusalAnswer) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The task API could not be reached, or has an error of its own, for as long as the worker was willing to try. */
export class TaskApiUnreachable extends Error {
  override readonly name = 'TaskApiUnreachable'
}

export interface TaskApiRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly token: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** How long it is tried again when the connection fails. */
  readonly retryForMs: number
  readonly signal?: AbortSignal
}

const REQUEST_TIMEOUT_MS = 30_000
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 3_000

/** A worker's way to the task API: kept-alive connections, one pinned certificate, patience. */
export class TaskApiConnection {
  readonly #url: URL
  readonly #agent: HttpAgent | HttpsAgent

  /** @param pin DER in base64; undefined with plain HTTP or a public certificate. */
  constructor(url: string, pin: string | undefined) {
    this.#url = new URL(url)
    this.#agent =
      this.#url.protocol === 'https:'
        ? new HttpsAgent({ keepAlive: true, ...(pin ? pinned(pin) : {}) })
        : new HttpAgent({ keepAlive: true })
  }

  /**
   * Sends a request until it is answered. The API answers a repeated request as it did the first time, so a lost answer
   * does no harm.
   * @throws {TaskApiRefusal} on 4xx
   * @throws {TaskApiUnreachable}
   */
  async request(request: TaskApiRequest): Promise<Buffer> {
    const giveUpAt = performance.now() + request.retryForMs
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
      try {
        return await this.#once(
          request,
          Math.ceil(Math.max(1_000, Math.min(REQUEST_TIMEOUT_MS, giveUpAt - performance.now()))),
        )
      } catch (error) {
        if (error instanceof TaskApiRefusal || request.signal?.aborted) throw error
        if (performance.now() + delayMs > giveUpAt) {
          throw new TaskApiUnreachable(
            `cannot reach the task API at ${this.#url.origin} within ${request.retryForMs / 1000} s: ${causeOf(error)}`,
            {
              cause: error,
            },
          )
        }
      }
      // Workers whose API came back must not all return at the same moment.
      await new Promise((resolve) => setTimeout(resolve, delayMs * (0.5 + Math.random() / 2)))
    }
  }

  async json<T>(request: TaskApiRequest): Promise<T> {
    return JSON.parse((await this.request(request)).toString()) as T
  }

  close(): void {
    this.#agent.destroy()
  }

  async #once({ method, path, token, body, signal }: TaskApiRequest, timeoutMs: number): Promise<Buffer> {
    const text = body === undefined ? '' : JSON.stringify(body)
    const options = {
      method,
      agent: this.#agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        'content-length': Buffer.byteLength(text),
      },
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
    }
    // The API may live under a path of its own, behind an ingress.
    const target = new URL(`${this.#url.pathname.replace(/\/$/, '')}${path}`, this.#url)
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest
    const response = await answerTo(send(target, options), text)
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    const content = Buffer.concat(chunks)
    const status = response.statusCode ?? 0
    if (status >= 200 && status < 300) return content
    if (status >= 500 || status === 429) throw new Error(`the task API answered ${status}`)
    throw new TaskApiRefusal(status, refusalOf(status, content))
  }
}

/** Trusts this certificate and no other, under whatever name the API is reached. */
function pinned(pin: string) {
  const certificate = new X509Certificate(Buffer.from(pin, 'base64'))
  return {
    ca: certificate.toString(),
    checkServerIdentity: (_host: string, presented: { readonly fingerprint256: string }) =>
      presented.fingerprint256 === certificate.fingerprint256
        ? undefined
        : new Error('the certificate is not the one of the task API'),
  }
}

function answerTo(request: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve).on('error', reject).end(body)
  })
}

function refusalOf(status: number, content: Buffer): RefusalAnswer {
  try {
    const answer: unknown = JSON.parse(content.toString())
    if (typeof answer === 'object' && answer !== null && 'code' in answer && 'message' in answer) {
      return { code: String(answer.code), message: String(answer.message) }
    }
  } catch {
    // No JSON: something else than the task API answers at its address; said below.
  }
  const code: ErrorCode<'worker'> = 'NOT_THE_TASK_API'
  return { code, message: `the address answered ${status}, and not as the task API does` }
}

function causeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(causeOf).join('; ')
  return error instanceof Error ? error.message || String(error) : String(error)
}
