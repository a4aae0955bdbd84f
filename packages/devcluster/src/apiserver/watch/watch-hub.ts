import type { RequestInfo } from '../http/request-info.ts'
import type { WatchStream } from './watch-stream.ts'

/** A watch that is open. */
export interface OpenWatch {
  readonly info: RequestInfo
  /** Its collection in the store. */
  readonly collection: string
  readonly stream: WatchStream
  /** Ends the connection without a last word. */
  destroy(): void
}

/**
 * All open watches. After changes each is pumped once, in the next turn of the event loop, so that a burst of writes
 * becomes few large writes to each client.
 */
export class WatchHub {
  readonly #watches = new Set<OpenWatch>()
  readonly #changed = new Set<string>()
  readonly #isStalled: (info: RequestInfo) => boolean
  #isScheduled = false

  /** `isStalled`: a fault that holds a watch's events back. */
  constructor(isStalled: (info: RequestInfo) => boolean) {
    this.#isStalled = isStalled
  }

  get size(): number {
    return this.#watches.size
  }

  add(watch: OpenWatch): void {
    this.#watches.add(watch)
    this.pump(watch)
  }

  remove(watch: OpenWatch): void {
    this.#watches.delete(watch)
  }

  /** Tells the watches of a collection soon. */
  changed(collection: string): void {
    this.#changed.add(collection)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#flush())
  }

  pump(watch: OpenWatch): void {
    if (!this.#isStalled(watch.info)) watch.stream.pump()
  }

  pumpAll(): void {
    for (const watch of this.#watches) this.pump(watch)
  }

  isStalled(info: RequestInfo): boolean {
    return this.#isStalled(info)
  }

  /** Breaks the connections of watches; returns how many. */
  destroy(matches: (info: RequestInfo) => boolean): number {
    const chosen = [...this.#watches].filter(({ info }) => matches(info))
    for (const watch of chosen) watch.destroy()
    return chosen.length
  }

  #flush(): void {
    this.#isScheduled = false
    const changed = new Set(this.#changed)
    this.#changed.clear()
    for (const watch of this.#watches) if (changed.has(watch.collection)) this.pump(watch)
  }
}
