import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'

/** One line of a watch. */
export interface RawWatchEvent {
  readonly type: string
  readonly object: {
    readonly kind?: string
    readonly metadata: {
      readonly name?: string
      readonly resourceVersion?: string
      readonly deletionTimestamp?: string
      readonly labels?: Readonly<Record<string, string>>
      readonly annotations?: Readonly<Record<string, string>>
    }
    readonly [field: string]: unknown
  }
}

/** The lines of one watch, in order, as they come. */
export class RawWatch implements Disposable {
  readonly #controller = new AbortController()
  readonly #response = Promise.withResolvers<IncomingMessage>()
  readonly #lines: string[] = []
  #taken = 0
  #isOver = false
  #error: Error | undefined
  #wake: () => void = () => {}

  constructor(url: URL, options: RequestOptions) {
    const outgoing = request(url, { ...options, signal: this.#controller.signal })
    const end = (error?: Error) => {
      this.#isOver = true
      this.#error ??= error
      this.#wake()
    }
    outgoing.once('error', (error) => {
      this.#response.reject(error)
      end(error)
    })
    outgoing.once('response', (response) => {
      this.#response.resolve(response)
      let partial = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        const lines = (partial + chunk).split('\n')
        partial = lines.pop() ?? ''
        this.#lines.push(...lines)
        this.#wake()
      })
      response.once('error', end)
      response.once('end', () => end(partial === '' ? undefined : new Error(`it ended within a line: ${partial}`)))
    })
    // Asked for by `status` only.
    this.#response.promise.catch(() => {})
    outgoing.end()
  }

  /** The HTTP status; a server may send it with the first event only. */
  async status(): Promise<number> {
    return (await this.#response.promise).statusCode ?? 0
  }

  /** Reads nothing more from the connection until {@link readOn}: a slow client. */
  async readNothing(): Promise<void> {
    ;(await this.#response.promise).pause()
  }

  async readOn(): Promise<void> {
    ;(await this.#response.promise).resume()
  }

  /**
   * The next event; null once the server has ended the stream, which it may do at any time.
   *
   * @throws Error when there is none in time
   */
  async nextOrEnd({ withinMs = 10_000 } = {}): Promise<RawWatchEvent | null> {
    const line = await this.#nextLine(withinMs)
    return line === null ? null : JSON.parse(line)
  }

  /** As {@link nextOrEnd}, but the end is an error. */
  async next(options?: { readonly withinMs?: number }): Promise<RawWatchEvent> {
    const event = await this.nextOrEnd(options)
    if (event === null) throw new Error(`the watch has ended; its last line: ${this.#lines.at(-1)}`)
    return event
  }

  /** The next `count` events. */
  async take(count: number, options?: { readonly withinMs?: number }): Promise<RawWatchEvent[]> {
    const events: RawWatchEvent[] = []
    while (events.length < count) events.push(await this.next(options))
    return events
  }

  /** The events up to and with the first that fits. */
  async until(fits: (event: RawWatchEvent) => boolean, { withinMs = 10_000 } = {}): Promise<RawWatchEvent[]> {
    const deadline = performance.now() + withinMs
    const events: RawWatchEvent[] = []
    for (;;) {
      const event = await this.next({ withinMs: Math.max(0, deadline - performance.now()) })
      events.push(event)
      if (fits(event)) return events
    }
  }

  /** The events that are left, once the server has ended the stream. */
  async rest({ withinMs = 10_000 } = {}): Promise<RawWatchEvent[]> {
    const deadline = performance.now() + withinMs
    const events: RawWatchEvent[] = []
    for (;;) {
      const event = await this.nextOrEnd({ withinMs: Math.max(0, deadline - performance.now()) })
      if (event === null) return events
      events.push(event)
    }
  }

  /** Null: the stream has ended. */
  async #nextLine(withinMs: number): Promise<string | null> {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#wake()
    }, withinMs)
    try {
      for (;;) {
        const line = this.#lines[this.#taken]
        if (line !== undefined) {
          this.#taken += 1
          return line
        }
        if (this.#error) throw new Error('the watch broke', { cause: this.#error })
        if (this.#isOver) return null
        if (isLate)
          throw new Error(`no event within ${Math.round(withinMs)} ms; before: ${this.#lines.slice(-3).join('\n')}`)
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    } finally {
      clearTimeout(timer)
    }
  }

  [Symbol.dispose](): void {
    this.#controller.abort()
  }
}
