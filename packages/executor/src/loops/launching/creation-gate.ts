import type { Clock } from '../../clock.ts'
import { Backoff } from '../../watch/backoff.ts'
import type { Refusal } from './refusal.ts'

/** What a create that was let through taught: its pod is there, it was refused for the gate's kind of cause, or nothing. */
export type Verdict = 'passed' | 'unclear' | Refusal

/** Room that a pod left, and from when a quota is likely to have noticed. */
interface Room {
  readonly since: number
  readonly readyAt: number
  /** How long it was given for that. */
  readonly lagMs: number
}

/** By which right a create was let through: room that an end left, or to probe whether the cause is over. */
export type Pass = Room | 'probe'

/** A gate that lets so many through at once is open. */
const OPEN = 64
/** Kubernetes counts a quota anew a moment after a pod has ended; how long that is, a refusal teaches. */
const FIRST_LAG_MS = 100
const LONGEST_LAG_MS = 5_000
const TOO_EARLY = 1.5
/** Slowly: each time that it has become too short costs a create or more. */
const SHORTENING = 0.995
/** So many that got their room in a row allow one more at a time: what is asked in vain together stays few beside them. */
const PASSES_FOR_ONE_MORE = 8

/**
 * A gate that a refusal has closed. After its backoff it lets single creates through, to see whether the cause is over, and
 * opens step by step as they succeed. One that was closed by a used-up quota also lets one through for each pod that ends.
 */
export class CreationGate {
  readonly refusal: Refusal
  /** When it was closed. */
  readonly since: number
  readonly #clock: Clock
  readonly #backoff: Backoff
  #opensAt: number
  #probes = 0
  /** How many probes may be under way; doubles with each success. */
  #allowed = 1
  #room: Room[] = []
  #lagMs = FIRST_LAG_MS
  /** Creates under way for room that is believed in, and how many got it since one did not. */
  #believing = 0
  #proved = 0

  constructor(refusal: Refusal, clock: Clock, random: () => number) {
    this.refusal = refusal
    this.since = clock.now()
    this.#clock = clock
    this.#backoff = new Backoff({ ...refusal.backoff, random })
    this.#opensAt = clock.now() + this.#backoff.next(refusal.retryAfterMs)
  }

  get opensAt(): number {
    return Math.min(this.#opensAt, this.#room[0]?.readyAt ?? Number.POSITIVE_INFINITY)
  }

  /** Creates may be sent as if there were no gate. */
  get isDone(): boolean {
    return this.#allowed > OPEN
  }

  get letsThrough(): boolean {
    const now = this.#clock.now()
    return this.#hasRoom(now) || (this.#opensAt <= now && this.#probes < this.#allowed)
  }

  /**
   * When it lets a create through by itself; null when only an answer or an end can change that.
   *
   * @param now when it was last asked whether it lets one through: what falls due since then has not been seen
   */
  nextOpensAt(now: number): number | null {
    const times = [this.#opensAt, this.#room[0]?.readyAt ?? 0].filter((at) => at > now)
    return times.length > 0 ? Math.min(...times) : null
  }

  enter(): Pass {
    const room = this.#hasRoom(this.#clock.now()) ? this.#room.shift() : undefined
    if (room) {
      this.#believing += 1
      return room
    }
    this.#probes += 1
    return 'probe'
  }

  /** The create that had entered with this pass was answered, or was not sent. */
  leave(pass: Pass, verdict: Verdict): void {
    if (pass === 'probe') this.#leftAsProbe(verdict)
    else this.#leftByRoom(pass, verdict)
  }

  /** Something ended: room there may be, soon. */
  freed(): void {
    if (this.refusal.cause === 'quota') this.#addRoom(this.#clock.now())
  }

  #leftAsProbe(verdict: Verdict): void {
    this.#probes -= 1
    if (verdict === 'unclear') return
    if (verdict === 'passed') {
      this.#backoff.reset()
      // It may have got what a pod left that has ended, and is counted on: then it does not show that there is more.
      if (this.#room.length === 0) this.#allowed *= 2
      else this.#opensAt = this.#clock.now() + this.#backoff.next()
      return
    }
    // Answers to creates that were sent together are one refusal, not many.
    const now = this.#clock.now()
    if (this.#opensAt > now) return
    this.#opensAt = now + this.#backoff.next(verdict.retryAfterMs)
    this.#allowed = 1
  }

  #leftByRoom(room: Room, verdict: Verdict): void {
    this.#believing -= 1
    if (verdict === 'passed') {
      this.#proved += 1
      this.#lagMs = Math.max(FIRST_LAG_MS, this.#lagMs * SHORTENING)
      return
    }
    if (verdict === 'unclear') {
      this.#addRoom(room.since)
      return
    }
    // Asked too early: no other will fare better now. Those that were sent together with it teach nothing more.
    this.#proved = 0
    if (room.lagMs >= this.#lagMs) this.#lagMs = Math.min(LONGEST_LAG_MS, this.#lagMs * TOO_EARLY)
    const readyAt = this.#clock.now() + this.#lagMs
    this.#room = this.#room.map((other) => ({
      ...other,
      readyAt: Math.max(other.readyAt, readyAt),
      lagMs: this.#lagMs,
    }))
    // Or someone else had it: then it is left to the probes.
    if (readyAt - room.since <= LONGEST_LAG_MS) this.#addRoom(room.since)
  }

  #addRoom(since: number): void {
    this.#room.push({ since, readyAt: this.#clock.now() + this.#lagMs, lagMs: this.#lagMs })
  }

  #hasRoom(now: number): boolean {
    const [first] = this.#room
    if (first === undefined || first.readyAt > now) return false
    return this.#believing < 1 + Math.floor(this.#proved / PASSES_FOR_ONE_MORE)
  }
}
