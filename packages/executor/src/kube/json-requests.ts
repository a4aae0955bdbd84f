import { failedRequest } from './connection-error.ts'
import type { RequestOptions } from './kube-client.ts'
import type { KubeRequest, Transport } from './transport.ts'

/** Deadlines of requests that do not bring their own, in milliseconds. */
export interface DefaultDeadlines {
  readonly requestTimeoutMs: number
  readonly listTimeoutMs: number
}

/** Requests to one server that are answered with a JSON object. */
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
    { signal, timeoutMs = this.deadlines.requestTimeoutMs }: RequestOptions,
    request: KubeRequest,
  ): Promise<{ readonly object: T; readonly warnings: string | readonly string[] | undefined }> {
    const { text, warnings } = await this.transport.exchange({ ...request, signal }, { timeoutMs })
    return { object: this.#parse<T>(text, request), warnings }
  }

  /** What came is not what this server should have sent. */
  malformed({ method, path }: KubeRequest, what: string, cause?: unknown): Error {
    return failedRequest({ server: this.#server, method, path }, 'protocol', `what came cannot be read: ${what}`, cause)
  }

  #parse<T>(text: string, request: KubeRequest): T {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (cause) {
      throw this.malformed(request, `${text.length} characters that are not JSON`, cause)
    }
    if (typeof value !== 'object' || value === null) throw this.malformed(request, 'JSON that is no object')
    return value as T
  }
}
