import type { Clock, Timer } from '../clock.ts'

/** Why a request was ended from our side. */
export type EndReason = 'timeout' | 'silence' | 'caller' | 'closed'

export interface RequestEndOptions {
  readonly clock: Clock
  readonly caller: AbortSignal | undefined
  /** The client's requests under way: this one is among them until it is over. */
  readonly open: Set<RequestEnd>
}

/** One request's end from our side: its deadline, its caller's signal, the client's close, whichever comes first. */
export class RequestEnd implements Disposable {
  readonly #options: RequestEndOptions
  readonly #listeners = new Set<() => void>()
  #reason: EndReason | undefined
  #timer: Timer | undefined

  constructor(options: RequestEndOptions) {
    this.#options = options
    const { caller, open } = options
    open.add(this)
    if (caller?.aborted) this.end('caller')
    caller?.addEventListener('abort', this.#onCaller, { once: true })
  }

  /** Absent: it is not ended from our side. */
  get reason(): EndReason | undefined {
    return this.#reason
  }

  /** Ends the request; the first reason stays. */
  end(reason: EndReason): void {
    this.#reason ??= reason
    this.calm()
    for (const listener of this.#listeners) listener()
  }

  /** Ends the request after that time, unless it is set anew or {@link calm}ed before. */
  endAfter(delayMs: number, reason: 'timeout' | 'silence'): void {
    this.calm()
    this.#timer = this.#options.clock.setTimeout(() => this.end(reason), delayMs)
  }

  /** Takes the deadline back. */
  calm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Calls back when the request is ended, at once where it is already. Returns the way out. */
  onEnd(listener: () => void): () => void {
    if (this.#reason) listener()
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What is at hand, or what the promise comes to; throws or rejects as soon as the request is ended. */
  race<T>(result: T | Promise<T>): T | Promise<T> {
    if (this.#reason) throw new EndedRequest()
    if (!(result instanceof Promise)) return result
    const ended = Promise.withResolvers<never>()
    const leave = this.onEnd(() => ended.reject(new EndedRequest()))
    return Promise.race([result, ended.promise]).finally(leave)
  }

  /** The request is over, and nothing of this is left. */
  [Symbol.dispose](): void {
    this.calm()
    this.#listeners.clear()
    this.#options.caller?.removeEventListener('abort', this.#onCaller)
    this.#options.open.delete(this)
  }

  readonly #onCaller = () => this.end('caller')
}

/** Thrown where an ended request goes no further. Nobody sees it: {@link RequestEnd.reason} says why. */
export class EndedRequest extends Error {}
