import { failedRequest } from './connection-error.ts'
import type { RequestOptions } from './kube-client.ts'
import type { KubeRequest, Transport, WholeAnswer } from './transport.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'

/** Deadlines of requests that do not bring their own, in milliseconds. */
export interface DefaultDeadlines {
  readonly requestTimeoutMs: number
  readonly listTimeoutMs: number
}

/** Requests to one server that are answered with a JSON object, and what is common to those that are not. */
export class JsonRequests {
  readonly transport: Transport
  readonly deadlines: DefaultDeadlines
  readonly #server: string

  /** @param server `https://host:port`, for messages */
  constructor(transport: Transport, server: string, deadlines: DefaultDeadlines) {
    this.transport = transport
    this.deadlines = deadlines
    this.#server = server
  }

  /** @throws {KubeApiError} {@link KubeConnectionError}, `protocol` where the answer is no JSON object */
  async object<T>(options: RequestOptions, request: KubeRequest): Promise<T> {
    return (await this.exchange<T>(options, request)).object
  }

  /** The same, with the answer's `Warning` headers as they came. */
  async exchange<T>(
    options: RequestOptions,
    request: KubeRequest,
  ): Promise<{ readonly object: T; readonly warnings: string | readonly string[] | undefined }> {
    const { content, warnings } = await this.answer(options, request)
    if (typeof content !== 'string') throw this.malformed(request, 'protobuf, which was not asked for')
    return { object: this.parse<T>(content, request), warnings }
  }

  /** The answer as it came: text, or bytes where it is in protobuf. */
  answer(
    { signal, timeoutMs = this.deadlines.requestTimeoutMs }: RequestOptions,
    request: KubeRequest,
  ): Promise<WholeAnswer> {
    return this.transport.exchange({ ...request, signal }, { timeoutMs })
  }

  /** The object that the text is. */
  parse<T>(text: string, request: KubeRequest): T {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (cause) {
      throw this.malformed(request, `${text.length} characters that are not JSON`, cause)
    }
    if (typeof value !== 'object' || value === null) throw this.malformed(request, 'JSON that is no object')
    return value as T
  }

  /** What was thrown while an answer was read: what cannot be read is the server's, all else the reader's own. */
  unreadable(error: unknown, request: KubeRequest): unknown {
    return error instanceof UnreadableAnswer ? this.malformed(request, error.message) : error
  }

  /** What came is not what this server should have sent. */
  malformed({ method, path }: KubeRequest, what: string, cause?: unknown): Error {
    return failedRequest({ server: this.#server, method, path }, 'protocol', `what came cannot be read: ${what}`, cause)
  }
}
