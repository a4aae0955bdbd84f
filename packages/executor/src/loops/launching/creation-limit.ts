import { nextRefusedShare, nothingRefused, type RefusedShare } from './refused-share.ts'

/**
 * How many creates may be in flight. Grows while rounds are clean, changes when the server shows that it is overloaded.
 * A round is as many answers as the limit, all sent while the limit was in use: an idle executor learns nothing.
 */
export interface CreationLimit {
  readonly limit: number
  readonly max: number
  /** Latencies of the present round, in milliseconds. */
  readonly round: readonly number[]
  /** The lowest median latency that a round has shown; a constant delay is part of it, and so is no reason to shrink. */
  readonly lowestMs: number | null
  /** How often it has changed for refusals: creates that were sent before the last time say nothing about the present limit. */
  readonly changes: number
  readonly refusals: RefusedShare
  /** So many in flight have been refused: they are tried again after {@link PATIENCE} clean rounds below. Null: none were. */
  readonly ceiling: number | null
  readonly roundsBelow: number
  /** By how many it grows beyond what was once refused, doubled with each clean round; null: by half. */
  readonly stride: number | null
  /**
   * What was refused leaves its place empty for a round: a refusal takes no time, so that whoever sends another at once is
   * refused as fast as he can send.
   */
  readonly leftEmpty: number
  readonly takenSince: number
  /** Of the latest creates, how many were refused as too many; null: none was answered yet. */
  readonly recentlyRefused: number | null
}

/** What one create taught: its latency, that it was one too many (429), or that the server has no strength left or gave no answer in time. */
export type CreateSignal = { readonly sentAtChanges: number } & (
  | { readonly kind: 'answered'; readonly latencyMs: number; readonly wasFull: boolean }
  | { readonly kind: 'refused'; readonly inFlight: number }
  | { readonly kind: 'overload' }
)

const START = 16
/** Latency alone never changes below this: only a refusal proves that so few are too many. */
const LATENCY_FLOOR = 4
const SLOW_FACTOR = 3
const FORGETTING = 1.1
const PATIENCE = 8
const RECENT = 16
/** A burst is more. */
const ALONE = 2

/** Starts at 16, or at `max` when that is lower. */
export function initialCreationLimit(max: number): CreationLimit {
  return {
    limit: Math.min(START, max),
    max,
    round: [],
    lowestMs: null,
    changes: 0,
    refusals: nothingRefused,
    ceiling: null,
    roundsBelow: 0,
    stride: null,
    leftEmpty: 0,
    takenSince: 0,
    recentlyRefused: null,
  }
}

/** Most of the latest creates were refused as too many: the server wants none at present. */
export function refusesMost({ recentlyRefused }: CreationLimit): boolean {
  return recentlyRefused !== null && recentlyRefused > 0.5
}

/** How many creates may be in flight at present: the limit without the places that are left empty. */
export function creationRoom({ limit, leftEmpty }: CreationLimit): number {
  return Math.max(1, limit - leftEmpty)
}

/** The limit after one more create. */
export function nextCreationLimit(before: CreationLimit, signal: CreateSignal): CreationLimit {
  const isOutdated = signal.sentAtChanges < before.changes
  if (signal.kind === 'overload') {
    return isOutdated ? before : changed(before, Math.max(1, Math.floor(before.limit / 2)), nothingRefused)
  }
  const isRefused = signal.kind === 'refused'
  // Of those that were sent together, the first refusal says it all.
  if (isOutdated && isRefused) return before
  const inFlight = isRefused ? signal.inFlight : before.limit
  const state = { ...withEmptyPlaces(before, isRefused), recentlyRefused: recentShare(before, isRefused, inFlight) }
  if (isOutdated) return state
  const { share, limit, ceiling } = nextRefusedShare(state.refusals, isRefused, { limit: state.limit, inFlight })
  if (limit !== state.limit) {
    const next = changed(state, Math.min(limit, state.max), share)
    if (ceiling === undefined) return next
    return { ...next, ceiling, roundsBelow: 0, stride: ceiling === null ? null : next.stride }
  }
  const counted = { ...state, refusals: share }
  return isRefused || !signal.wasFull ? counted : afterRoundOf(counted, signal.latencyMs)
}

function afterRoundOf(state: CreationLimit, latencyMs: number): CreationLimit {
  const round = [...state.round, latencyMs]
  if (round.length < state.limit) return { ...state, round }
  const median = medianOf(round)
  // The lowest is forgotten slowly, so that a delay that came to stay is one that counts for nothing.
  const lowestMs = Math.min((state.lowestMs ?? median) * FORGETTING, median)
  // Fewer in flight than usual are answered sooner: that is no measure for more.
  if (state.refusals.trial !== null) return { ...state, round: [] }
  const next = { ...state, lowestMs, round: [] }
  if (median > SLOW_FACTOR * lowestMs) {
    const floor = Math.min(LATENCY_FLOOR, state.limit)
    return { ...next, limit: Math.max(floor, Math.floor(state.limit / 2)) }
  }
  return grown(next)
}

function grown(state: CreationLimit): CreationLimit {
  const { limit, max, ceiling, roundsBelow, stride } = state
  const wanted = Math.min(max, limit + Math.min(stride ?? max, Math.max(1, limit >> 1)))
  if (ceiling === null || wanted < ceiling) return { ...state, limit: wanted, stride: stride && stride * 2 }
  // So many are in flight now, and were not refused this time.
  if (limit >= ceiling) return { ...state, limit: Math.min(max, limit + 1), ceiling: null, stride: 2 }
  if (roundsBelow + 1 < PATIENCE) return { ...state, limit: Math.max(limit, ceiling - 1), roundsBelow: roundsBelow + 1 }
  return { ...state, limit: ceiling, roundsBelow: 0 }
}

function changed(state: CreationLimit, limit: number, refusals: RefusedShare): CreationLimit {
  return { ...state, limit, refusals, round: [], changes: state.changes + 1 }
}

/** Where a share of all is refused, whatever is in flight, empty places would help nobody. */
function withEmptyPlaces(state: CreationLimit, isRefused: boolean): CreationLimit {
  const { limit, leftEmpty, takenSince, refusals } = state
  if (refusals.background > 0) return leftEmpty === 0 ? state : { ...state, leftEmpty: 0 }
  if (isRefused) return { ...state, leftEmpty: Math.min(limit - 1, leftEmpty + 1) }
  if (leftEmpty === 0) return state
  return takenSince + 1 < limit ? { ...state, takenSince: takenSince + 1 } : { ...state, leftEmpty: 0, takenSince: 0 }
}

/** Refusals come sooner than pods, so that some of them in a row are usual: the more are in flight, the more. */
function recentShare({ recentlyRefused, limit }: CreationLimit, isRefused: boolean, inFlight: number): number {
  const now = Number(isRefused)
  // Of a first burst the refusals are heard first: there one decides nothing, but a second one that knew of it.
  if (recentlyRefused === null) return inFlight > ALONE ? now / 2 : now
  return recentlyRefused + (now - recentlyRefused) / Math.max(RECENT, limit)
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
