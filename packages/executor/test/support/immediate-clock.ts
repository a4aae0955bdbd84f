import type { Clock, Timer } from '../../src/clock.ts'

/**
 * A clock on which short waits are over at once and long ones never come: for what is repeated a thousand times over real
 * sockets. Nothing but its timers moves it.
 */
export class ImmediateClock implements Clock {
  readonly #isShort: (delayMs: number) => boolean
  #now = Date.parse('2026-01-01T00:00:00Z')

  constructor(isShort: (delayMs: number) => boolean) {
    this.#isShort = isShort
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    if (!this.#isShort(delayMs)) return { cancel() {} }
    const handle = setImmediate(() => {
      this.#now += delayMs
      callback()
    })
    return { cancel: () => clearImmediate(handle) }
  }
}
