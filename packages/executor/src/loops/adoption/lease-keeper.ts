import type { Clock, Timer } from '../../clock.ts'
import { sleep } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import { Backoff } from '../../watch/backoff.ts'
import type { LaunchLeases } from '../launch-store.ts'

interface LeaseKeeperOptions {
  readonly leases: LaunchLeases
  readonly jobId: string
  readonly leaseSeconds: number
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  /** Launches were taken over: those are to be let go. Throwing means that it is told again. */
  readonly onTakenOver: () => Promise<void>
}

/** A store that has not ended the lease by then will see it run out. */
const RELEASE_MS = 3_000

/**
 * Renews the lease of a job at a third of it, and tells when others have taken launches over: because the store did not
 * answer for so long, or because this process stood still.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions
  readonly #backoff: Backoff
  readonly #stopping = new AbortController()
  /** By our own clock; between them nobody has taken anything over. Counted from when the renewal was sent. */
  #heldFrom = Number.POSITIVE_INFINITY
  #heldUntil = Number.NEGATIVE_INFINITY
  /** How many launches the store says were taken over; null: not asked yet. */
  #takenOver: number | null = null
  #timer: Timer | null = null

  constructor(options: LeaseKeeperOptions) {
    this.#options = options
    const { leaseSeconds, random } = options
    this.#backoff = new Backoff({ initialMs: 250, maxMs: (leaseSeconds * 1000) / 6, random })
  }

  /**
   * Whether the lease is known to last, and everything that was taken over has been let go. A process that stood still
   * sees by its clock that it does not, before it was told.
   */
  get isHeld(): boolean {
    const now = this.#options.clock.now()
    return now >= this.#heldFrom && now < this.#heldUntil
  }

  /** Resolves when the lease is ours. Rejects when the store fails. */
  async start(): Promise<void> {
    this.#scheduleAfter(await this.#renew())
  }

  /** Renews no more. `release`: the lease ends at once, instead of running out. */
  async stop({ release }: { readonly release: boolean }): Promise<void> {
    const { leases, jobId, clock, logger } = this.#options
    this.#stopping.abort()
    this.#timer?.cancel()
    const wasStarted = this.#takenOver !== null
    this.#heldUntil = Number.NEGATIVE_INFINITY
    if (!release || !wasStarted) return
    try {
      await within(clock, RELEASE_MS, leases.release(jobId))
    } catch (error) {
      logger.warn('lease cannot be released: it runs out', { error })
    }
  }

  /** When the renewal was sent. */
  async #renew(): Promise<number> {
    const { leases, jobId, leaseSeconds, clock, metrics, logger, onTakenOver } = this.#options
    const sentAt = clock.now()
    const takenOver = await within(clock, this.#periodMs, leases.renew(jobId, leaseSeconds))
    const lost = takenOver - (this.#takenOver ?? takenOver)
    if (lost > 0) {
      logger.warn('launches were taken over by other executors', { launches: lost })
      await onTakenOver()
    }
    this.#takenOver = takenOver
    this.#heldFrom = sentAt
    this.#heldUntil = sentAt + leaseSeconds * 1000
    this.#backoff.reset()
    metrics.increment('davit_executor.lease_renewals', { result: lost > 0 ? 'lost' : 'renewed' })
    return sentAt
  }

  get #periodMs(): number {
    return (this.#options.leaseSeconds * 1000) / 3
  }

  #scheduleAfter(sentAt: number): void {
    this.#schedule(sentAt + this.#periodMs - this.#options.clock.now())
  }

  #schedule(delayMs: number): void {
    if (this.#stopping.signal.aborted) return
    this.#timer = this.#options.clock.setTimeout(() => void this.#renewAgain(), Math.max(0, delayMs))
  }

  async #renewAgain(): Promise<void> {
    const { logger, metrics } = this.#options
    try {
      this.#scheduleAfter(await this.#renew())
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      const delayMs = this.#backoff.next()
      metrics.increment('davit_executor.lease_renewals', { result: 'error' })
      logger.error('lease cannot be renewed', { error, delayMs, isHeld: this.isHeld })
      this.#schedule(delayMs)
    }
  }
}

/** Rejects when the promise is not settled in time. */
async function within<T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T> {
  const settled = new AbortController()
  const overdue = sleep(clock, ms, settled.signal).then(() => {
    if (!settled.signal.aborted) throw new Error(`the store has not answered within ${ms / 1000} s`)
    return promise
  })
  try {
    return await Promise.race([promise, overdue])
  } finally {
    settled.abort()
  }
}
