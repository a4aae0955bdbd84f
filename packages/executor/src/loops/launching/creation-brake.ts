import type { Clock } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'

interface CreationBrakeOptions {
  readonly config: Pick<ExecutorConfig, 'podCreationsPerSecond' | 'maxPendingPods'>
  readonly clock: Clock
  /** Launches whose create is under way, or whose pod has not started. */
  readonly pendingCount: () => number
}

/** A timer that is late by less costs no rate. */
const LATE_MS = 10

/**
 * The user's own limits of how fast and how many pods start, beside that of how many run: starting is what costs the
 * cluster most (API writes, addresses, image pulls, new nodes). Both are off by default.
 */
export class CreationBrake {
  readonly #options: CreationBrakeOptions
  readonly #spacingMs: number
  #nextAt = 0

  constructor(options: CreationBrakeOptions) {
    const { podCreationsPerSecond: perSecond } = options.config
    this.#options = options
    this.#spacingMs = perSecond > 0 ? 1_000 / perSecond : 0
  }

  /** How many more pods may be pending; counted anew each time (I5). */
  get room(): number {
    const { config, pendingCount } = this.#options
    return config.maxPendingPods > 0 ? Math.max(0, config.maxPendingPods - pendingCount()) : Number.POSITIVE_INFINITY
  }

  /** When the next create may begin, by the rate. */
  get nextAt(): number {
    return this.#nextAt
  }

  /** A create begins. They are spaced evenly, so that no second has more of them than are allowed. */
  began(): void {
    if (this.#spacingMs === 0) return
    const now = this.#options.clock.now()
    this.#nextAt = (now - this.#nextAt <= LATE_MS ? this.#nextAt : now) + this.#spacingMs
  }

  /** What a launch waits for here, for people; null when nothing. */
  get reason(): string | null {
    const { config, clock } = this.#options
    if (this.room === 0) return `waiting for its create: ${config.maxPendingPods} pods are pending (maxPendingPods)`
    if (this.#nextAt <= clock.now()) return null
    return `waiting for its create: ${config.podCreationsPerSecond} begin in a second (podCreationsPerSecond)`
  }
}
