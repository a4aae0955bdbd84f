import type { ServerResponse } from 'node:http'

/** Of one container, as long as it runs. */
export interface LogSourceOptions {
  readonly linesPerSecond: number
  readonly seconds: number
  /** Each stream is cut once, in the middle. */
  readonly cuts: boolean
  /** All is written. */
  readonly onEnd: () => void
}

interface OpenStream {
  readonly response: ServerResponse
  /** Bytes. */
  sent: number
  /** Lines after which it is cut; null: it is not. */
  readonly cutAt: number | null
}

const LINE_BYTES = 100
const TICK_MS = 20

/** The lines of each log, 100 bytes with the line feed: their number first, which is how lost ones are found out. */
export function logLine(index: number): string {
  return `${String(index).padStart(8, '0')} ${'x'.repeat(LINE_BYTES - 10)}\n`
}

/** Containers that begin to write at the same time, as a kubelet shows them: every stream begins at the log's beginning. */
export class LogSource implements Disposable {
  readonly lines: number
  readonly #options: LogSourceOptions
  readonly #text: Buffer
  readonly #streams = new Set<OpenStream>()
  readonly #cut = new Set<string>()
  #beganAt: number | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(options: LogSourceOptions) {
    this.#options = options
    this.lines = options.linesPerSecond * options.seconds
    this.#text = Buffer.from(Array.from({ length: this.lines }, (_, index) => logLine(index)).join(''))
  }

  begin(): void {
    this.#beganAt = performance.now()
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** Answers a request for a container's log. */
  answer(pod: string, query: URLSearchParams, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/plain' })
    const limit = query.get('limitBytes')
    if (limit !== null) {
      // Asked for with timestamps, to see how old the first line is.
      response.end(`${new Date(0).toISOString()} ${logLine(0)}`.slice(0, Number(limit)))
      return
    }
    // Those that follow too late find it whole, as of a container that has ended and is still there.
    if (query.get('follow') !== 'true' || this.#due() === this.lines) {
      response.end(this.#text.subarray(0, this.#due() * LINE_BYTES))
      return
    }
    const isCut = this.#options.cuts && !this.#cut.has(pod)
    this.#cut.add(pod)
    const stream = { response, sent: 0, cutAt: isCut ? this.lines / 2 : null }
    this.#streams.add(stream)
    response.once('close', () => this.#streams.delete(stream))
    response.flushHeaders()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const due = this.#due()
    for (const stream of this.#streams) {
      const { response, sent, cutAt } = stream
      response.write(this.#text.subarray(sent, due * LINE_BYTES))
      stream.sent = due * LINE_BYTES
      if (cutAt !== null && due >= cutAt) response.destroy()
      else if (due === this.lines) response.end()
    }
    if (due < this.lines || this.#timer === undefined) return
    if (this.#streams.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      this.#options.onEnd()
    }
  }

  #due(): number {
    if (this.#beganAt === null) return 0
    const seconds = (performance.now() - this.#beganAt) / 1000
    return Math.min(this.lines, Math.floor(seconds * this.#options.linesPerSecond))
  }
}
