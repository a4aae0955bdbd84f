import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { EndedRequest, type RequestEnd } from './request-end.ts'

/** An answer that is not read as a stream. */
export interface ReceivedAnswer {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Of a refusal's body no more is read: a proxy's page may be of any length. */
export const REFUSAL_LIMIT = 1024 * 1024

export function isSuccess({ statusCode }: { readonly statusCode: number }): boolean {
  return statusCode >= 200 && statusCode < 300
}

/**
 * Sends one request and takes its answer as it arrives. undici's `request` makes a stream of each body, which costs more
 * than all else of an answer that comes in one piece, as that to a create does.
 */
export function requestWhole(
  pool: Dispatcher,
  options: Dispatcher.DispatchOptions,
  end: RequestEnd,
): Promise<ReceivedAnswer> {
  return new Promise((resolve, reject) => pool.dispatch(options, new AnswerTaker({ end, resolve, reject })))
}

interface AnswerTakerOptions {
  readonly end: RequestEnd
  readonly resolve: (answer: ReceivedAnswer) => void
  readonly reject: (error: unknown) => void
}

class AnswerTaker implements Dispatcher.DispatchHandler {
  readonly #options: AnswerTakerOptions
  #controller: Dispatcher.DispatchController | undefined
  #statusCode = 0
  #headers: IncomingHttpHeaders = {}
  #chunks: Buffer[] = []
  #length = 0

  constructor(options: AnswerTakerOptions) {
    this.#options = options
    options.end.onEnd(() => {
      options.reject(new EndedRequest())
      this.#controller?.abort(new EndedRequest())
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // One that was ended while it waited for a connection is not sent.
    if (this.#options.end.reason) controller.abort(new EndedRequest())
    this.#controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    this.#statusCode = statusCode
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < REFUSAL_LIMIT || isSuccess({ statusCode: this.#statusCode })) return
    this.#take()
    controller.abort(new EndedRequest())
  }

  onResponseEnd(): void {
    this.#take()
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#options.reject(error)
  }

  #take(): void {
    const [first] = this.#chunks
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#length)
    this.#options.resolve({ statusCode: this.#statusCode, headers: this.#headers, body })
  }
}
