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

const PARTS = timelineParts.length

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

/** Measures the parts of one try; the part that it is in is read from its entry, so that none can be left open. */
export class TimelineMeter {
  readonly #clock: Clock
  readonly #since: number
  /** Milliseconds of each part that it went through, in one number with its place in `timelineParts`: there is one meter a pod. */
  #closed: readonly number[] = []
  #part: TimelinePart = 'queued'
  /** Since `#since`. */
  #atMs: number

  constructor(clock: Clock, since = clock.now()) {
    this.#clock = clock
    this.#since = since
    this.#atMs = 0
  }

  /** To be called when the entry has changed. */
  look(entry: LaunchEntry): void {
    const part = partOf(entry)
    if (part === null || part === this.#part) return
    this.#close()
    this.#part = part
  }

  /** As it is now. */
  read(): Timeline {
    this.#close()
    const parts: Partial<Record<TimelinePart, number>> = {}
    for (const [index, part] of timelineParts.entries()) {
      const closed = this.#closed.find((each) => each % PARTS === index)
      if (closed !== undefined) parts[part] = (closed - index) / PARTS
    }
    return { since: this.#since, parts, totalMs: this.#atMs }
  }

  #close(): void {
    // A clock that was put back shows no negative part.
    const nowMs = Math.max(this.#atMs, Math.round(this.#clock.now() - this.#since))
    const index = timelineParts.indexOf(this.#part)
    const before = this.#closed.find((each) => each % PARTS === index) ?? index
    // As long as it has to be: what grows by pushing keeps room for more.
    this.#closed = this.#closed.filter((each) => each !== before).concat(before + (nowMs - this.#atMs) * PARTS)
    this.#atMs = nowMs
  }
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
