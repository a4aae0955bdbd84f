/** Milliseconds of the epoch, with their fractions, which `Date.now()` does not have. */
export function epochNow(): number {
  return performance.timeOrigin + performance.now()
}
