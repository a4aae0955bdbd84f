/**
 * How many creates may be in flight. Grows while rounds are clean, shrinks when the server shows that it is overloaded.
 * A round is as many answers as the limit, all sent while the limit was in use: an idle executor learns nothing.
 */
export interface CreationLimit {
  readonly limit: number
  readonly max: number
  /** Latencies of the present round, in milliseconds. */
  readonly round: readonly number[]
  /** The lowest median latency that a round has shown; a constant delay is part of it, and so is no reason to shrink. */
  readonly lowestMs: number | null
  /** How often it has shrunk for overload: creates that were sent before the last time say nothing about the present limit. */
  readonly shrinks: number
}

/** What one create taught: its latency, or that the server had too much (429) or gave no answer in time. */
export type CreateSignal =
  | { readonly kind: 'answered'; readonly latencyMs: number; readonly wasFull: boolean }
  | { readonly kind: 'overload'; readonly sentAtShrinks: number }

const START = 16
/** Latency alone never shrinks below this: only a refusal proves that so few are too many. */
const LATENCY_FLOOR = 4
const SLOW_FACTOR = 3
const FORGETTING = 1.1

/** Starts at 16, or at `max` when that is lower. */
export function initialCreationLimit(max: number): CreationLimit {
  return { limit: Math.min(START, max), max, round: [], lowestMs: null, shrinks: 0 }
}

/** The limit after one more create. */
export function nextCreationLimit(state: CreationLimit, signal: CreateSignal): CreationLimit {
  if (signal.kind === 'overload') {
    if (signal.sentAtShrinks < state.shrinks) return state
    return { ...state, limit: Math.max(1, Math.floor(state.limit / 2)), round: [], shrinks: state.shrinks + 1 }
  }
  if (!signal.wasFull) return state
  const round = [...state.round, signal.latencyMs]
  if (round.length < state.limit) return { ...state, round }
  const median = medianOf(round)
  // The lowest is forgotten slowly, so that a delay that came to stay is one that counts for nothing.
  const lowestMs = Math.min((state.lowestMs ?? median) * FORGETTING, median)
  if (median > SLOW_FACTOR * lowestMs) {
    const floor = Math.min(LATENCY_FLOOR, state.limit)
    return { ...state, lowestMs, round: [], limit: Math.max(floor, Math.floor(state.limit / 2)) }
  }
  return { ...state, lowestMs, round: [], limit: Math.min(state.max, state.limit + Math.max(1, state.limit >> 1)) }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
