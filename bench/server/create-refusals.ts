import { createHash } from 'node:crypto'
import { seededRandom } from '@davit/devcluster'

/** A create that came by. */
export interface SeenCreate {
  /** Milliseconds of the epoch. */
  readonly at: number
  readonly isRefused: boolean
  /** The same create was refused before, and its Retry-After was not over. */
  readonly isEarly: boolean
}

/** Timers may fire a moment before their time. */
const EARLY_BY_MS = 5

/** Chooses which creates are refused, at random and by the same seed the same ones, and notes who does not wait as told. */
export class CreateRefusals {
  readonly seen: SeenCreate[] = []
  readonly #share: number
  readonly #retryAfterMs: number
  /** Until when the create with this body is to wait. */
  readonly #told = new Map<string, number>()
  readonly #random: () => number

  constructor({ share, retryAfterMs, seed }: { share: number; retryAfterMs: number; seed: number }) {
    this.#share = share
    this.#retryAfterMs = retryAfterMs
    this.#random = seededRandom(seed)
  }

  /** A create has come: whether it is refused. A repeated create has the same bytes. */
  refuses(body: Buffer, at: number): boolean {
    const identity = createHash('sha1').update(body).digest('base64')
    const isEarly = at < (this.#told.get(identity) ?? 0) - EARLY_BY_MS
    const isRefused = this.#random() < this.#share
    if (isRefused) this.#told.set(identity, at + this.#retryAfterMs)
    this.seen.push({ at, isRefused, isEarly })
    return isRefused
  }
}
