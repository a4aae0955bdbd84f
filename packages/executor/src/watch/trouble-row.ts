import type { Clock, Timer } from '../clock.ts'
import type { ReflectorObserver, WatchTrouble } from './reflector-status.ts'

interface TroubleRowOptions {
  readonly clock: Clock
  readonly observer: ReflectorObserver
}

/** A watch that is open for so long without a word is well: the server takes our credentials and knows our version. */
const SETTLED_MS = 10_000
/** These come from watches that were open: only a word of the server shows that they are over. */
const NEEDS_A_WORD: ReadonlySet<string> = new Set(['silence', 'protocol'])

/** The present row of failures of one cause: from its first until the server is heard again. */
export class TroubleRow {
  readonly #options: TroubleRowOptions
  #current: WatchTrouble | null = null
  #timer: Timer | null = null

  constructor(options: TroubleRowOptions) {
    this.#options = options
  }

  get current(): WatchTrouble | null {
    return this.#current
  }

  /** One more failure. True: the first of its cause in the row. */
  failed({ cause, error, nextTryAt }: Omit<WatchTrouble, 'since'>): boolean {
    this.closed()
    const isFirst = this.#current?.cause !== cause
    const since = isFirst || !this.#current ? this.#options.clock.now() : this.#current.since
    this.#current = { cause, error, nextTryAt, since }
    this.#options.observer.troubled?.(this.#current)
    return isFirst
  }

  /** The server said something. */
  heard(): void {
    this.closed()
    if (!this.#current) return
    this.#current = null
    this.#options.observer.recovered?.()
  }

  /** A watch is open; whether it stays so is to be seen. */
  opened(): void {
    if (!this.#current || NEEDS_A_WORD.has(this.#current.cause)) return
    this.closed()
    this.#timer = this.#options.clock.setTimeout(() => this.heard(), SETTLED_MS)
  }

  /** The watch is open no more. */
  closed(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
