/** The passage of time, injected so that tests decide it. */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now()`. */
  now(): number
  /** Calls back once after `delayMs`, unless cancelled. */
  setTimeout(callback: () => void, delayMs: number): Timer
  /** As {@link now}, but goes on evenly when the machine's date is changed. @default now */
  steadyNow?(): number
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
  steadyNow: () => performance.timeOrigin + performance.now(),
}

/**
 * The clock for backoffs and deadlines: a date that is put back by an hour must not stop creates for an hour, nor one that
 * is put forward end what has just begun. Not for times of the server's, which are dates.
 */
export function steadyClock(clock: Clock): Clock {
  if (!clock.steadyNow) return clock
  return {
    now: () => clock.steadyNow?.() ?? clock.now(),
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
  }
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
