import type { Clock } from '../../clock.ts'
import type { Verdict } from './creation-gate.ts'

/** Room that a pod left, and from when a quota is likely to have noticed. */
export interface Room {
  readonly since: number
  readonly readyAt: number
  /** How long it was given for that. */
  readonly lagMs: number
}

/** Kubernetes counts a quota anew a moment after a pod has ended; how long that is, a refusal teaches. */
const FIRST_LAG_MS = 100
const LONGEST_LAG_MS = 5_000
const TOO_EARLY = 1.5
/** Slowly: each time that it has become too short costs a create or more. */
const SHORTENING = 0.995
/** So many that got their room in a row allow one more at a time: what is asked in vain together stays few beside them. */
const PASSES_FOR_ONE_MORE = 8

/** The room that pods of ours have left in a used-up quota whose count we do not see: when it counts them is guessed. */
export class FreedRoom {
  readonly #clock: Clock
  #rooms: Room[] = []
  #lagMs = FIRST_LAG_MS
  /** Creates under way for room that is believed in, and how many got it since one did not. */
  #believing = 0
  #proved = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isEmpty(): boolean {
    return this.#rooms.length === 0
  }

  /** From when the first of it may be used. */
  get readyAt(): number {
    return this.#rooms[0]?.readyAt ?? Number.POSITIVE_INFINITY
  }

  isReady(now: number): boolean {
    return this.readyAt <= now && this.#believing < 1 + Math.floor(this.#proved / PASSES_FOR_ONE_MORE)
  }

  /** A pod has ended. */
  add(): void {
    this.#addSince(this.#clock.now())
  }

  /** The first of it, for a create; there must be some. */
  take(): Room {
    const room = this.#rooms.shift()
    if (!room) throw new Error('no room is left')
    this.#believing += 1
    return room
  }

  /** Somebody else got a place. */
  drop(): void {
    this.#rooms.shift()
  }

  /** The create for this room was answered, or was not sent. */
  leave(room: Room, verdict: Verdict): void {
    this.#believing -= 1
    if (verdict === 'passed') {
      this.#proved += 1
      this.#lagMs = Math.max(FIRST_LAG_MS, this.#lagMs * SHORTENING)
      return
    }
    if (verdict === 'unclear') {
      this.#addSince(room.since)
      return
    }
    // Asked too early: no other will fare better now. Those that were sent together with it teach nothing more.
    this.#proved = 0
    if (room.lagMs >= this.#lagMs) this.#lagMs = Math.min(LONGEST_LAG_MS, this.#lagMs * TOO_EARLY)
    const readyAt = this.#clock.now() + this.#lagMs
    this.#rooms = this.#rooms.map((other) => ({
      ...other,
      readyAt: Math.max(other.readyAt, readyAt),
      lagMs: this.#lagMs,
    }))
    // Or someone else had it: then it is left to the probes.
    if (readyAt - room.since <= LONGEST_LAG_MS) this.#addSince(room.since)
  }

  #addSince(since: number): void {
    this.#rooms.push({ since, readyAt: this.#clock.now() + this.#lagMs, lagMs: this.#lagMs })
  }
}
