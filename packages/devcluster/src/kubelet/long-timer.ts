import type { Clock, Timer } from '../clock.ts'

/** Timers of machines do not reach further than 24.8 days. */
const LONGEST_TIMER_MS = 2_000_000_000

/** Calls back at a time (milliseconds since 1970) that may lie further away than one timer reaches. */
export function setLongTimer(clock: Clock, at: number, callback: () => void): Timer {
  let timer: Timer
  const arm = () => {
    const left = at - clock.now()
    timer = clock.setTimeout(left > LONGEST_TIMER_MS ? arm : callback, Math.max(0, Math.min(left, LONGEST_TIMER_MS)))
  }
  arm()
  return { cancel: () => timer.cancel() }
}
