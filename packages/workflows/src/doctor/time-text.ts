const DAY_MS = 86_400_000

/** Whole days until then, 0 on the last one; negative: since. */
export function daysUntil(ms: number, nowMs: number): number {
  return Math.floor((ms - nowMs) / DAY_MS)
}

/** `2026-11-22`, in UTC. */
export function dayText(ms: number): string {
  return Number.isNaN(ms) ? 'an unknown day' : new Date(ms).toISOString().slice(0, 10)
}

/** `2026-11-22T18:02:11Z`. */
export function momentText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
