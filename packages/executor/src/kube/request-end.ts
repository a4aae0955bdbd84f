import type { Clock, Timer } from '../clock.ts'

/** Why a request was ended from our side. */
export type EndReason = 'timeout' | 'silence' | 'caller' | 'closed'

export interface RequestEndOptions {
  readonly clock: Clock
  readonly caller: AbortSignal | undefined
  readonly closing: AbortSignal
}

/** One request's end from our side: its deadline, its caller's signal, the client's close, whichever comes first. */
export class RequestEnd implements Disposable {
  readonly #options: RequestEndOptions
  readonly #controller = new AbortController()
  #reason: EndReason | undefined
  #timer: Timer | undefined

  constructor(options: RequestEndOptions) {
    this.#options = options
    const { caller, closing } = options
    if (caller?.aborted) this.#end('caller')
    else if (closing.aborted) this.#end('closed')
    caller?.addEventListener('abort', this.#onCaller, { once: true })
    closing.addEventListener('abort', this.#onClosing, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Absent: it is not ended from our side. */
  get reason(): EndReason | undefined {
    return this.#reason
  }

  /** Ends the request after that time, unless it is set anew or {@link calm}ed before. */
  endAfter(delayMs: number, reason: 'timeout' | 'silence'): void {
    this.calm()
    this.#timer = this.#options.clock.setTimeout(() => this.#end(reason), delayMs)
  }

  /** Takes the deadline back. */
  calm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Settles as the promise does, or rejects as soon as the request is ended. */
  race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal.reason)
      if (signal.aborted) onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  /** The request is over: what of it still runs is torn down, and nothing of this is left. */
  [Symbol.dispose](): void {
    this.calm()
    this.#options.caller?.removeEventListener('abort', this.#onCaller)
    this.#options.closing.removeEventListener('abort', this.#onClosing)
    this.#controller.abort()
  }

  readonly #onCaller = () => this.#end('caller')
  readonly #onClosing = () => this.#end('closed')

  #end(reason: EndReason): void {
    this.#reason ??= reason
    this.calm()
    this.#controller.abort()
  }
}
