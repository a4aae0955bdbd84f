import type { Clock } from '../../clock.ts'
import { sleep } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import { Backoff } from '../../watch/backoff.ts'
import type { CommittedOutcome, LaunchOutcome, LaunchStore } from '../launch-store.ts'
import { orAborted } from '../or-aborted.ts'

interface OutcomeCommitterOptions {
  readonly store: LaunchStore
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** One call for each outcome, in order, after its transaction. */
  readonly onCommitted: (outcome: LaunchOutcome, committed: CommittedOutcome) => void
  /** The store did not take a batch, and is asked again. */
  readonly onRetry?: () => void
}

/** Large enough that a burst of ends costs few transactions, small enough that one does not hold up the store. */
const BATCH = 500

/**
 * Commits outcomes to the store: at once when none is under way, else together with all that arrive meanwhile. A store
 * that fails is asked again until it answers; no outcome is lost or reordered.
 */
export class OutcomeCommitter {
  readonly #options: OutcomeCommitterOptions
  readonly #backoff: Backoff
  readonly #stopping = new AbortController()
  #waiting: LaunchOutcome[] = []
  #running: Promise<void> | null = null
  /** The present call of the store; null in a backoff. */
  #committing: Promise<boolean> | null = null
  #delayMs = 0

  constructor(options: OutcomeCommitterOptions) {
    this.#options = options
    this.#backoff = new Backoff({ initialMs: 200, maxMs: 15_000, random: options.random })
  }

  push(...outcomes: readonly LaunchOutcome[]): void {
    if (this.#stopping.signal.aborted) return
    this.#waiting.push(...outcomes)
    this.#running ??= this.#run()
  }

  /** Resolves when nothing is being committed; with `withDelayed` when everything is, or the committer was stopped. */
  async idle({ withDelayed = false } = {}): Promise<void> {
    while (this.#committing || (withDelayed && this.#running)) await (withDelayed ? this.#running : this.#committing)
  }

  /** Gives up what is not committed: a restart finds its pods again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopping.signal.aborted) {
      const batch = this.#waiting.splice(0, BATCH)
      this.#committing = this.#commit(batch)
      const isCommitted = await this.#committing
      this.#committing = null
      if (isCommitted) continue
      this.#waiting.unshift(...batch)
      await sleep(this.#options.clock, this.#delayMs, this.#stopping.signal)
    }
    // At once, not when the promise is settled: what arrives between would wait for somebody to push again.
    this.#running = null
  }

  async #commit(batch: readonly LaunchOutcome[]): Promise<boolean> {
    const { store, logger, onCommitted, onRetry } = this.#options
    let results: readonly CommittedOutcome[]
    try {
      results = await orAborted(store.commitOutcomes(batch), this.#stopping.signal)
    } catch (error) {
      if (this.#stopping.signal.aborted) return false
      this.#delayMs = this.#backoff.next()
      onRetry?.()
      logger.error('outcomes cannot be committed yet', { error, delayMs: this.#delayMs })
      return false
    }
    this.#backoff.reset()
    for (const [index, outcome] of batch.entries()) {
      onCommitted(outcome, results[index] ?? { accepted: false, state: null })
    }
    return true
  }
}
