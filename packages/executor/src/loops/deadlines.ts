import type { Clock, Timer } from '../clock.ts'

/** The longest timer that Node has; a later deadline is looked at again then. */
const LONGEST_MS = 2 ** 31 - 1

/** Many deadlines with one timer: calls back for each item once its time has come, unless it was set anew or cleared. */
export class Deadlines<T> {
  readonly #clock: Clock
  readonly #onDue: (item: T) => void
  readonly #dueAt = new Map<T, number>()
  #isStopped = false
  #timer: { readonly timer: Timer; readonly at: number } | null = null

  constructor(clock: Clock, onDue: (item: T) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  set(item: T, at: number): void {
    if (this.#isStopped) return
    this.#dueAt.set(item, at)
    if (!this.#timer || at < this.#timer.at) this.#arm(at)
  }

  clear(item: T): void {
    this.#dueAt.delete(item)
    if (this.#dueAt.size === 0) this.#disarm()
  }

  /** Forgets all, and takes nothing more. */
  stop(): void {
    this.#isStopped = true
    this.#dueAt.clear()
    this.#disarm()
  }

  #disarm(): void {
    this.#timer?.timer.cancel()
    this.#timer = null
  }

  #arm(at: number): void {
    this.#disarm()
    const delayMs = Math.min(LONGEST_MS, Math.max(0, at - this.#clock.now()))
    this.#timer = { at, timer: this.#clock.setTimeout(() => this.#fire(), delayMs) }
  }

  #fire(): void {
    this.#timer = null
    const now = this.#clock.now()
    const due = [...this.#dueAt].filter(([, at]) => at <= now)
    for (const [item] of due) this.#dueAt.delete(item)
    for (const [item] of due) this.#onDue(item)
    let next = Number.POSITIVE_INFINITY
    for (const at of this.#dueAt.values()) next = Math.min(next, at)
    if (this.#dueAt.size > 0) this.#arm(next)
  }
}
