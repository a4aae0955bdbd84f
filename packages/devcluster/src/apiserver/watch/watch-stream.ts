import type { ChangeFeed } from './change-feed.ts'

/** Where a watch writes to. */
export interface WatchSink {
  /** False when the reader is slow: nothing more until `onDrain`. */
  write(chunk: Buffer): boolean
  end(): void
}

export interface WatchStreamParts {
  readonly feed: ChangeFeed
  /** The first change that the watch may tell. */
  readonly from: number
  /** Changes up to this version are not told: it may lie in the future. */
  readonly after: number
  /** What is told before the changes, made when it is asked for. */
  readonly initial: Iterable<Buffer>
  readonly sink: WatchSink
}

/**
 * One watch. It keeps no events: it has a place in the log and reads on when its client has read what was written, so
 * that a slow client costs nothing. One that falls behind the log's end is ended, and must resume or list again.
 */
export class WatchStream {
  readonly #parts: WatchStreamParts
  readonly #initial: Iterator<Buffer>
  #at: number
  #hasToldInitial = false
  #isBlocked = false
  #hasEnded = false

  constructor(parts: WatchStreamParts) {
    this.#parts = parts
    this.#initial = parts.initial[Symbol.iterator]()
    this.#at = parts.from
  }

  /** Whether everything there is has been told. */
  get isCurrent(): boolean {
    return this.#hasToldInitial && this.#at >= this.#parts.feed.log.end
  }

  /** Writes what is waiting, as far as the client reads. */
  pump(): void {
    while (!this.#isBlocked && !this.#hasEnded) {
      const bytes = this.#next()
      if (bytes === undefined) return
      if (bytes.length > 0) this.#isBlocked = !this.#parts.sink.write(bytes)
    }
  }

  /** The client has read what was written. */
  drained(): void {
    this.unblock()
    this.pump()
  }

  /** The same, but somebody holds the events back. */
  unblock(): void {
    this.#isBlocked = false
  }

  /** Tells one thing more, when everything before is told. */
  bookmark(bytes: Buffer): void {
    if (this.#hasEnded || this.#isBlocked || !this.isCurrent) return
    this.#isBlocked = !this.#parts.sink.write(bytes)
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#parts.sink.end()
  }

  #next(): Buffer | undefined {
    if (!this.#hasToldInitial) {
      const { value, done } = this.#initial.next()
      if (!done) return value
      this.#hasToldInitial = true
    }
    const { feed, after } = this.#parts
    if (feed.log.isGone(this.#at)) {
      this.end()
      return undefined
    }
    while ((feed.log.at(this.#at)?.revision ?? Number.POSITIVE_INFINITY) <= after) this.#at++
    const chunk = feed.chunk(this.#at)
    if (chunk) this.#at = chunk.next
    return chunk?.bytes
  }
}
