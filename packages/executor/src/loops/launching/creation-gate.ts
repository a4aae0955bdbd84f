import type { Clock } from '../../clock.ts'
import { Backoff } from '../../watch/backoff.ts'
import { CountedRoom } from './counted-room.ts'
import { FreedRoom, type Room } from './freed-room.ts'
import { parseQuotaRefusal, type QuotaRefusal } from './quota-message.ts'
import { type Quotas, quotaRoom } from './quota-room.ts'
import type { Refusal } from './refusal.ts'

/** What a create that was let through taught: its pod is there, it was refused for the gate's kind of cause, or nothing. */
export type Verdict = 'passed' | 'unclear' | Refusal

/** By which right a create was let through: room in a quota, counted or guessed, or to probe whether the cause is over. */
export interface Pass {
  readonly right: 'counted' | 'probe' | Room
  readonly epoch: number
}

/** A gate that lets so many through at once is open. */
const OPEN = 64

/**
 * A gate that a refusal has closed. After its backoff it lets single creates through, to see whether the cause is over, and
 * opens step by step as they succeed. One that was closed by a used-up quota also lets creates through for the room that
 * shows: in the quota's own count where that is known, else by the pods that end.
 */
export class CreationGate {
  readonly refusal: Refusal
  /** When it was closed. */
  readonly since: number
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #freed: FreedRoom
  readonly #counted: CountedRoom
  /** Of which quota there was too little, as was said last, and what the namespace's quotas say of themselves. */
  #quotaRefusal: QuotaRefusal | null
  #quotas: Quotas | null = null
  #opensAt: number
  #probedAt: number
  /** From when room is probed that the quota's count shows and that no pod of ours has left. */
  #moreFrom = Number.POSITIVE_INFINITY
  #probes = 0
  /** How many probes may be under way; doubles with each success. */
  #allowed = 1

  constructor(refusal: Refusal, clock: Clock, random: () => number) {
    const now = clock.now()
    this.refusal = refusal
    this.since = now
    this.#clock = clock
    this.#freed = new FreedRoom(clock)
    this.#counted = new CountedRoom(clock)
    this.#quotaRefusal = parseQuotaRefusal(refusal.message)
    this.#backoff = new Backoff({ ...refusal.backoff, random })
    this.#probedAt = now
    this.#opensAt = now + this.#backoff.next(refusal.retryAfterMs)
  }

  get opensAt(): number {
    return Math.min(this.#probesFrom, this.#room.readyAt)
  }

  /** Creates may be sent as if there were no gate. */
  get isDone(): boolean {
    return this.#allowed > OPEN && (this.#counted.left ?? Number.POSITIVE_INFINITY) > OPEN
  }

  get letsThrough(): boolean {
    const now = this.#clock.now()
    return this.#room.isReady(now) || (this.#probesFrom <= now && this.#probes < this.#allowedNow)
  }

  /**
   * When it lets a create through by itself; null when only an answer or an end can change that.
   *
   * @param now when it was last asked whether it lets one through: what falls due since then has not been seen
   */
  nextOpensAt(now: number): number | null {
    const next = Math.min(...[this.#opensAt, this.#moreFrom, this.#room.readyAt].filter((at) => at > now))
    return next === Number.POSITIVE_INFINITY ? null : next
  }

  enter(): Pass {
    const now = this.#clock.now()
    const room = this.#room
    const right = !room.isReady(now) ? 'probe' : room === this.#freed ? this.#freed.take() : 'counted'
    if (right === 'probe') {
      this.#probes += 1
      this.#probedAt = now
    }
    return { right, epoch: this.#counted.enter() }
  }

  /** The create that had entered with this pass was answered, or was not sent. */
  leave({ right, epoch }: Pass, verdict: Verdict): void {
    this.#counted.leave(epoch, verdict)
    if (typeof verdict === 'object') this.#refusedFor(verdict)
    if (right === 'probe') this.#leftAsProbe(verdict)
    else if (right !== 'counted') this.#freed.leave(right, verdict)
    else if (verdict === 'passed') this.#freed.drop()
  }

  /** Something ended: room there may be, soon. */
  freed(): void {
    if (this.refusal.cause !== 'quota') return
    this.#freed.add()
    this.#counted.ended()
  }

  /** What the quotas of the namespace say of themselves; null: that is not known any more. */
  told(quotas: Quotas | null): void {
    this.#quotas = quotas
    this.#count()
    // The count may be wrong for a moment; and probes are not to be sent one after the other in vain.
    if (!this.#counted.hasMore) this.#moreFrom = Number.POSITIVE_INFINITY
    else if (this.#moreFrom === Number.POSITIVE_INFINITY) {
      this.#moreFrom = this.#clock.now() + this.refusal.backoff.initialMs
    }
  }

  get #probesFrom(): number {
    return Math.min(this.#opensAt, this.#moreFrom)
  }

  get #room(): FreedRoom | CountedRoom {
    return this.#counted.left === null ? this.#freed : this.#counted
  }

  /** Of a quota that has room for a few only, no more are tried. */
  get #allowedNow(): number {
    const { left } = this.#counted
    return left === null ? this.#allowed : Math.max(1, Math.min(this.#allowed, left + this.#probes))
  }

  #refusedFor({ message }: Refusal): void {
    const refusal = parseQuotaRefusal(message)
    if (refusal === null || refusal.quota === this.#quotaRefusal?.quota) return
    this.#quotaRefusal = refusal
    this.#count()
  }

  #count(): void {
    const room = this.#quotas && this.#quotaRefusal && quotaRoom(this.#quotaRefusal, this.#quotas)
    this.#counted.told(room)
    if (room === null || room > 0) return
    // Now a probe can only be for a pod that wants less than the refused one.
    this.#allowed = 1
    this.#opensAt = Math.max(this.#opensAt, this.#probedAt + this.refusal.backoff.maxMs)
  }

  #leftAsProbe(verdict: Verdict): void {
    this.#probes -= 1
    if (verdict === 'unclear') return
    if (verdict === 'passed') {
      this.#backoff.reset()
      if (this.#counted.left !== null) this.#freed.drop()
      // It may have got what a pod left that has ended, and is counted on: then it does not show that there is more.
      if (this.#counted.left !== null || this.#freed.isEmpty) this.#allowed *= 2
      else this.#opensAt = this.#clock.now() + this.#backoff.next()
      return
    }
    // Answers to creates that were sent together are one refusal, not many.
    const now = this.#clock.now()
    if (this.#probesFrom > now) return
    this.#opensAt = now + this.#backoff.next(verdict.retryAfterMs)
    if (this.#moreFrom <= now) this.#moreFrom = now + this.refusal.backoff.initialMs
    this.#allowed = 1
  }
}
