/**
 * The passage of time, injected so that tests decide it. `createTestClock()` makes one that is moved by hand; the default
 * one reads the global `Date` and `setTimeout` whenever it is asked, so that fake timers (vitest's, jest's) drive it, too.
 */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now()`. */
  now(): number
  /** Calls back once after `delayMs`, unless cancelled. */
  setTimeout(callback: () => void, delayMs: number): Timer
}

/** One pending call of a {@link Clock}. */
export interface Timer {
  /** Takes the call back; harmless when it has happened. */
  cancel(): void
}

/** The machine's own clock. Its timers keep the process alive, as every owner cancels them in `stop()`. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}

/**
 * Resolves after `delayMs` on the clock, or at once when the signal aborts: the caller's loop looks at the signal anyway.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.setTimeout(done, delayMs)
    signal?.addEventListener('abort', done, { once: true })
  })
}
