import type { Clock } from '../clock.ts'

/** Says when things are due that are to happen from time to time, for the first time one period after `begin()`. */
export class Periods {
  readonly #clock: Clock
  readonly #last = new Map<string, number>()
  #beganAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(): void {
    this.#beganAt = this.#clock.now()
  }

  /** True once in each period. */
  isDue(name: string, seconds: number): boolean {
    const now = this.#clock.now()
    if (now - (this.#last.get(name) ?? this.#beganAt) < seconds * 1000) return false
    this.#last.set(name, now)
    return true
  }
}
