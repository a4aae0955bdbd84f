import type { Clock } from '../../clock.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { PendingStage } from './pending-stage.ts'

/**
 * The parts of a try's way, in their order.
 *
 * - `queued` for a slot
 * - `waiting` for its turn among the creates
 * - `refused` put back after a refusal, until it is tried again
 * - `preparing` its pod is built, and its launch recorded in the store
 * - `create` the API server has the create: admission and webhooks too
 * - `scheduling` its pod waits for a node
 * - `starting` for its sandbox: volumes and network
 * - `pulling` for its image, or its container
 * - `initialising` its init containers run
 * - `running` its main container runs
 * - `replacing` a lost pod must be gone before the next launch of the try
 * - `recording` it has ended: its log is archived, its outcome committed
 */
export const timelineParts = [
  'queued',
  'waiting',
  'refused',
  'preparing',
  'create',
  'scheduling',
  'starting',
  'pulling',
  'initialising',
  'running',
  'replacing',
  'recording',
] as const

export type TimelinePart = (typeof timelineParts)[number]

/**
 * Where the time of a try went, as this executor saw it by its own clock; the parts sum to the whole. A pod that goes through
 * several stages between two events of its watch shows the first of them.
 */
export interface Timeline {
  /** When it was queued, or adopted: milliseconds since 1970. */
  readonly since: number
  /** Milliseconds of each part that it went through. */
  readonly parts: Readonly<Partial<Record<TimelinePart, number>>>
  readonly totalMs: number
}

const STAGES: Readonly<Record<PendingStage, TimelinePart>> = {
  // Held back, by us or by a queue of the cluster: not launched yet.
  gated: 'waiting',
  unscheduled: 'scheduling',
  creating: 'starting',
  pulling: 'pulling',
  initialising: 'initialising',
}

/** What nearly every try goes through before its pod runs. */
const USUAL = ['queued', 'waiting', 'preparing', 'create', 'scheduling', 'starting'] as const

type UsualPart = (typeof USUAL)[number]

const usualParts: ReadonlySet<TimelinePart> = new Set(USUAL)
const NONE: Timeline['parts'] = Object.freeze({})
let firstSince: number | undefined

/** Measures the parts of one try; the part that it is in is read from its entry, so that none can be left open. */
export class TimelineMeter {
  readonly #clock: Clock
  /** Since the first meter began: a number of as many digits as a date's is held beside the object. */
  readonly #sinceMs: number
  #part: TimelinePart = 'queued'
  // Milliseconds. There is one meter a pod, and a list of these would take twice the room.
  private queued: number | undefined = undefined
  private waiting: number | undefined = undefined
  private preparing: number | undefined = undefined
  private create: number | undefined = undefined
  private scheduling: number | undefined = undefined
  private starting: number | undefined = undefined
  #others = NONE

  constructor(clock: Clock, since = clock.now()) {
    this.#clock = clock
    firstSince ??= since
    this.#sinceMs = since - firstSince
  }

  /** To be called when the entry has changed. */
  look(entry: LaunchEntry): void {
    const part = partOf(entry)
    if (part === null || part === this.#part) return
    TimelineMeter.#close(this)
    this.#part = part
  }

  /** As it is now. */
  read(): Timeline {
    TimelineMeter.#close(this)
    const parts: Partial<Record<TimelinePart, number>> = {}
    for (const part of timelineParts) {
      const ms = isUsual(part) ? this[part] : this.#others[part]
      if (ms !== undefined) parts[part] = ms
    }
    return { since: (firstSince ?? 0) + this.#sinceMs, parts, totalMs: sumOf(Object.values(parts)) }
  }

  /** Static, as a private method of its own would be a field of each meter. */
  static #close(meter: TimelineMeter): void {
    const nowMs = Math.round(meter.#clock.now() - (firstSince ?? 0) - meter.#sinceMs)
    const { queued = 0, waiting = 0, preparing = 0, create = 0, scheduling = 0, starting = 0 } = meter
    const usualMs = queued + waiting + preparing + create + scheduling + starting
    // A clock that was put back shows no negative part.
    const ms = Math.max(0, nowMs - usualMs - sumOf(Object.values(meter.#others)))
    const part = meter.#part
    if (isUsual(part)) meter[part] = (meter[part] ?? 0) + ms
    else meter.#others = { ...meter.#others, [part]: (meter.#others[part] ?? 0) + ms }
  }
}

function sumOf(all: readonly number[]): number {
  return all.reduce((sum, each) => sum + each, 0)
}

function isUsual(part: TimelinePart): part is UsualPart {
  return usualParts.has(part)
}

/** Null: it is closed, and no part begins any more. */
function partOf({ phase, refusal, sentPod, wasRunning, pending }: LaunchEntry): TimelinePart | null {
  switch (phase) {
    case 'waiting':
      return refusal ? 'refused' : 'waiting'
    case 'creating':
      return sentPod ? 'create' : 'preparing'
    case 'live':
      return wasRunning ? 'running' : pending ? STAGES[pending.stage] : 'scheduling'
    case 'replacing':
      return 'replacing'
    case 'ended':
      return 'recording'
    case 'closed':
      return null
  }
}
