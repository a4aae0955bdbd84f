interface Call {
  at: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until told, one due call after the other. It fits every package's `Clock`. */
export class SteppedClock {
  #now: number
  #order = 0
  /** The next one last. */
  readonly #calls: Call[] = []

  constructor(start: string | number = '2026-01-01T00:00:00Z') {
    this.#now = new Date(start).getTime()
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delayMs: number): { cancel(): void } {
    const call: Call = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback }
    this.#calls.splice(this.#placeOf(call), 0, call)
    return {
      cancel: () => {
        const place = this.#placeOf(call)
        if (this.#calls[place] === call) this.#calls.splice(place, 1)
      },
    }
  }

  /** How many calls are waiting: what has stopped must leave none. */
  get pendingCount(): number {
    return this.#calls.length
  }

  /** When the next call is due; infinite when there is none. */
  get nextAt(): number {
    return this.#calls.at(-1)?.at ?? Number.POSITIVE_INFINITY
  }

  /** Sets the time to `at`, and makes the calls that are due then, also those that they ask for, in the order of asking. */
  moveTo(at: number): void {
    this.#now = Math.max(this.#now, at)
    while (this.callNext(this.#now));
  }

  /** Makes the next call, at its time, if that comes by `end`; false: there is none. */
  callNext(end: number): boolean {
    const next = this.#calls.at(-1)
    if (!next || next.at > end) return false
    this.#calls.pop()
    this.#now = Math.max(this.#now, next.at)
    next.callback()
    return true
  }

  /** Puts the clock forward or back, as someone who corrects it or a machine that slept: its timers know nothing of it. */
  jump(ms: number): void {
    this.#now += ms
    for (const call of this.#calls) call.at += ms
  }

  /** Where a call stands, or would: by time, then by order, the next one last. */
  #placeOf({ at, order }: Call): number {
    let low = 0
    let high = this.#calls.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#calls[middle]
      if (other && (other.at > at || (other.at === at && other.order > order))) low = middle + 1
      else high = middle
    }
    return low
  }
}
