import type { Clock, Timer } from '../clock.ts'
import { PriorityHeap } from './launching/priority-heap.ts'

/** The longest timer that Node has; a later deadline is looked at again then. */
const LONGEST_MS = 2 ** 31 - 1

interface Deadline<T> {
  readonly item: T
  readonly at: number
}

/** Many deadlines with one timer: calls back for each item once its time has come, unless it was set anew or cleared. */
export class Deadlines<T> {
  readonly #clock: Clock
  readonly #onDue: (item: T) => void
  readonly #dueAt = new Map<T, number>()
  /** In the order of their times; one that was set anew or cleared since is passed over. */
  #queue = new PriorityHeap<Deadline<T>>(isEarlier)
  #isStopped = false
  #timer: { readonly timer: Timer; readonly at: number } | null = null

  constructor(clock: Clock, onDue: (item: T) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  set(item: T, at: number): void {
    if (this.#isStopped || this.#dueAt.get(item) === at) return
    this.#dueAt.set(item, at)
    this.#queue.push({ item, at })
    this.#forgetOutdated()
    if (!this.#timer || at < this.#timer.at) this.#arm(at)
  }

  clear(item: T): void {
    if (!this.#dueAt.delete(item)) return
    this.#forgetOutdated()
    if (this.#dueAt.size === 0) this.#disarm()
  }

  /** Forgets all, and takes nothing more. */
  stop(): void {
    this.#isStopped = true
    this.#dueAt.clear()
    this.#forgetOutdated()
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
    const due: T[] = []
    for (let next = this.#next(); next && next.at <= now; next = this.#next()) {
      this.#queue.pop()
      this.#dueAt.delete(next.item)
      due.push(next.item)
    }
    for (const item of due) this.#onDue(item)
    const next = this.#next()
    if (next) this.#arm(next.at)
  }

  /** The first deadline that still holds. */
  #next(): Deadline<T> | undefined {
    let next = this.#queue.peek()
    while (next && this.#dueAt.get(next.item) !== next.at) {
      this.#queue.pop()
      next = this.#queue.peek()
    }
    return next
  }

  /** What does not hold any more is not to be kept until its time, with all that hangs on it. */
  #forgetOutdated(): void {
    if (this.#queue.size <= 2 * this.#dueAt.size + 16) return
    this.#queue = new PriorityHeap<Deadline<T>>(isEarlier)
    for (const [item, at] of this.#dueAt) this.#queue.push({ item, at })
  }
}

function isEarlier(a: Deadline<unknown>, b: Deadline<unknown>): boolean {
  return a.at < b.at
}
