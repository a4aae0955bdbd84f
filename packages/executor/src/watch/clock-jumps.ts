import type { Clock, Timer } from '../clock.ts'

interface ClockJumpsOptions {
  readonly clock: Clock
  /** By how many milliseconds the clock is ahead of where the timers say it should be; negative: behind. */
  readonly onJump: (byMs: number) => void
}

/** Seldom enough to cost nothing, often enough that a laptop that wakes up sees its pods soon. */
const LOOK_MS = 60_000
/** Less is an event loop that was busy, or a clock that is being corrected. */
const TOLERANCE_MS = 30_000

/**
 * Notices that the clock was put forward or back, or that the machine slept: its timers stood still then, and what is
 * measured by them, such as the silence of a connection, has not come to an end.
 */
export class ClockJumps {
  readonly #options: ClockJumpsOptions
  #timer: Timer | null = null

  constructor(options: ClockJumpsOptions) {
    this.#options = options
  }

  start(): void {
    const { clock, onJump } = this.#options
    const expectedAt = clock.now() + LOOK_MS
    this.#timer = clock.setTimeout(() => {
      const byMs = clock.now() - expectedAt
      this.start()
      if (Math.abs(byMs) > TOLERANCE_MS) onJump(byMs)
    }, LOOK_MS)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
