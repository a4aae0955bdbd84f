import type { Clock, Timer } from './clock.ts'

/** A clock that stands still until it is told. See {@link createTestClock}. */
export interface TestClock extends Clock {
  /** How many calls are waiting for their time. */
  readonly pendingTimers: number
  /**
   * Lets time pass, from one call that is due to the next. Resolves when the cluster has done all that followed by itself:
   * pods have started and ended, watches have been written to. What clients do over the network takes real time, and is
   * not waited for.
   *
   * @throws RangeError for time that would run backwards
   */
  advance(milliseconds: number): Promise<void>
}

/**
 * A clock for the option `clock` that a test moves by hand.
 *
 * @param startsAt anything that `new Date` takes
 * @throws RangeError when that is no time
 */
export function createTestClock(startsAt: Date | number | string = '2026-01-01T00:00:00Z'): TestClock {
  const start = new Date(startsAt).getTime()
  if (Number.isNaN(start)) throw new RangeError(`not a time: ${startsAt}`)
  return new SteppedClock(start)
}

interface Call {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

class SteppedClock implements TestClock {
  #now: number
  #order = 0
  /** The next one last. */
  #calls: Call[] = []
  #advancing: Promise<void> = Promise.resolve()

  constructor(start: number) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const call: Call = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback }
    this.#calls.splice(this.#placeOf(call), 0, call)
    return {
      cancel: () => {
        const place = this.#placeOf(call)
        if (this.#calls[place] === call) this.#calls.splice(place, 1)
      },
    }
  }

  get pendingTimers(): number {
    return this.#calls.length
  }

  async advance(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0)) throw new RangeError(`time cannot pass by ${milliseconds} ms`)
    const before = this.#advancing
    this.#advancing = before.then(() => this.#run(milliseconds))
    await this.#advancing
  }

  async #run(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await settled()
    for (let next = this.#calls.at(-1); next && next.at <= end; next = this.#calls.at(-1)) {
      this.#now = next.at
      // Whatever is due at the same moment comes in the order in which it was asked for.
      for (let due: Call | undefined = next; due && due.at <= this.#now; due = this.#calls.at(-1)) {
        this.#calls.pop()
        due.callback()
      }
      await settled()
    }
    this.#now = end
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

/** Lets promises settle, and what they leave for the event loop: watches are written in a turn of their own. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
