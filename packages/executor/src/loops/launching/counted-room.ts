import type { Clock } from '../../clock.ts'
import type { Verdict } from './creation-gate.ts'

/** The server that counts a quota hears of its own count later than those who watch it. */
const FIRST_DOUBT_MS = 25
const LONGEST_DOUBT_MS = 5_000

/**
 * The room in a quota whose own count we see. Two counts must agree before a create is sent for it: the quota's, and that
 * of our pods that have ended. For the quota's goes wrong for moments, when Kubernetes counts before it has heard of the
 * newest pods; and it is a moment ahead of the server that refuses.
 */
export class CountedRoom {
  readonly #clock: Clock
  /** What the count left when it was last told; negative: more is used than is allowed. */
  #told: number | null = null
  #underWay = 0
  /** Of those that the count may not have in it yet. */
  #passedSince = 0
  /** Pods of ours that have ended, less those that were created. */
  #ended = 0
  /** How often the count has shown no room: what was sent before that proves nothing of what it shows next. */
  #epoch = 0
  #trying = 0
  #isProved = false
  #trustedFrom = 0
  #doubtMs = FIRST_DOUBT_MS

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** For how many creates there is room beside those that are under way; null: the count is not known. */
  get left(): number | null {
    return this.#told === null ? null : this.#told - this.#underWay - this.#passedSince
  }

  /** There is room that pods of ours did not leave. */
  get hasMore(): boolean {
    return (this.left ?? 0) > Math.max(0, this.#ended - this.#underWay)
  }

  /** From when a create may be sent, as far as that is a question of time. */
  get readyAt(): number {
    return this.#hasRoom ? this.#trustedFrom : Number.POSITIVE_INFINITY
  }

  /** Of room that shows anew a single create finds out whether it is there. */
  isReady(now: number): boolean {
    return this.readyAt <= now && (this.#isProved || this.#trying === 0)
  }

  /** @param room for how many creates there is room by the count of the quota; null: that is not known any more */
  told(room: number | null): void {
    this.#told = room
    this.#passedSince = 0
    if (room === null || room > 0) return
    // What was created beyond what had ended was allowed, it seems; slowly, as the count may still be catching up.
    if (this.#ended < room) this.#ended += 1
    this.#epoch += 1
    this.#trying = 0
    this.#isProved = false
  }

  /** A pod has ended. */
  ended(): void {
    this.#ended += 1
  }

  /** A create is sent, for whatever reason. Returns what its answer is to be given with. */
  enter(): number {
    this.#underWay += 1
    this.#trying += 1
    return this.#epoch
  }

  leave(epoch: number, verdict: Verdict): void {
    const isOfNow = epoch === this.#epoch
    this.#underWay -= 1
    if (isOfNow) this.#trying -= 1
    if (verdict === 'unclear') return
    if (verdict === 'passed') {
      this.#ended -= 1
      this.#passedSince += 1
      if (!isOfNow || this.#isProved) return
      this.#isProved = true
      this.#doubtMs = Math.max(FIRST_DOUBT_MS, this.#doubtMs / 2)
      return
    }
    const now = this.#clock.now()
    this.#isProved = false
    // Those that were sent together are refused together.
    if (this.#trustedFrom > now) return
    this.#trustedFrom = now + this.#doubtMs
    this.#doubtMs = Math.min(LONGEST_DOUBT_MS, this.#doubtMs * 2)
  }

  get #hasRoom(): boolean {
    return (this.left ?? 0) > 0 && this.#ended > this.#underWay
  }
}
