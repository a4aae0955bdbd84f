import type { Clock, Timer } from '../clock.ts'
import { Backoff } from '../watch/backoff.ts'

export interface WorkQueueOptions<T> {
  /** How many items are worked on at a time. */
  readonly concurrency: number
  /** Does one item; throwing means that it is tried again after a backoff. */
  readonly work: (item: T, signal: AbortSignal) => Promise<void>
  /** Told of each failed trial. False: the item is given up. */
  readonly onError: (item: T, error: unknown, delayMs: number) => boolean
  readonly clock: Clock
  readonly random: () => number
  readonly backoff?: { readonly initialMs: number; readonly maxMs: number }
}

interface Job<T> {
  readonly item: T
  readonly backoff: Backoff
}

/**
 * Works on items a few at a time, first come first served, and again after a failure. Each item waits for its own backoff
 * only. After `stop()` nothing of it is left; what was not done is dropped, and its items told by `stop()`.
 */
export class WorkQueue<T> {
  readonly #options: WorkQueueOptions<T>
  readonly #ready: Job<T>[] = []
  readonly #delayed = new Map<Job<T>, Timer>()
  readonly #running = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #waiters: (() => void)[] = []

  constructor(options: WorkQueueOptions<T>) {
    this.#options = options
  }

  /** Items not done, those in their backoff included. */
  get size(): number {
    return this.#ready.length + this.#running.size + this.#delayed.size
  }

  push(item: T): void {
    if (this.#stopping.signal.aborted) return
    const backoff = new Backoff({
      initialMs: 500,
      maxMs: 60_000,
      ...this.#options.backoff,
      random: this.#options.random,
    })
    this.#ready.push({ item, backoff })
    this.#pump()
  }

  /** Resolves when nothing is ready or under way; with `withDelayed` also nothing in its backoff. Also when stopped. */
  async idle({ withDelayed = false } = {}): Promise<void> {
    const isBusy = () => this.#ready.length > 0 || this.#running.size > 0 || (withDelayed && this.#delayed.size > 0)
    while (isBusy() && !this.#stopping.signal.aborted) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  /** Aborts what is under way, and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#ready.length = 0
    for (const timer of this.#delayed.values()) timer.cancel()
    this.#delayed.clear()
    await Promise.all(this.#running)
    this.#wake()
  }

  #pump(): void {
    while (this.#running.size < this.#options.concurrency) {
      const job = this.#ready.shift()
      if (!job) return
      const run = this.#run(job).finally(() => {
        this.#running.delete(run)
        this.#pump()
        this.#wake()
      })
      this.#running.add(run)
    }
  }

  async #run(job: Job<T>): Promise<void> {
    const { work, onError, clock } = this.#options
    try {
      await work(job.item, this.#stopping.signal)
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      const delayMs = job.backoff.next()
      if (!onError(job.item, error, delayMs)) return
      const again = () => {
        this.#delayed.delete(job)
        this.#ready.push(job)
        this.#pump()
      }
      this.#delayed.set(job, clock.setTimeout(again, delayMs))
    }
  }

  #wake(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const wake of waiters) wake()
  }
}
