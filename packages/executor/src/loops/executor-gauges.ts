import type { Clock, Timer } from '../clock.ts'
import { type Metrics, noMetrics } from '../metrics.ts'
import type { ExecutorState } from './executor-state.ts'

interface ExecutorGaugesOptions {
  readonly clock: Clock
  readonly metrics: Metrics
  readonly state: () => ExecutorState
}

const PERIOD_MS = 15_000
/** Each time all launches are counted. */
const LEAST_MS = 1_000

/** Sends the state as gauges, from time to time: a blind watch wakes nobody, so that heartbeats alone could tell too late. */
export class ExecutorGauges {
  readonly #options: ExecutorGaugesOptions
  #timer: Timer | null = null
  #sentAt = Number.NEGATIVE_INFINITY

  constructor(options: ExecutorGaugesOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#options.metrics === noMetrics) return
    this.#timer = this.#options.clock.setTimeout(() => {
      this.start()
      this.send()
    }, PERIOD_MS)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  /** Sends them, unless they were sent a moment ago: who calls at each of many events need not think of it. */
  send(): void {
    const { metrics, state, clock } = this.#options
    if (metrics === noMetrics || Math.abs(clock.now() - this.#sentAt) < LEAST_MS) return
    this.#sentAt = clock.now()
    const { watches, launches, creates, poisonPods } = state()
    for (const { namespace, staleSeconds, pods } of watches) {
      const tags = { namespace: scopeTag(namespace) }
      if (staleSeconds !== null) metrics.gauge('davit_executor.watch_staleness_seconds', staleSeconds, tags)
      metrics.gauge('davit_executor.watch_pods', pods, tags)
    }
    for (const [phase, count] of Object.entries(launches)) metrics.gauge('davit_executor.launches', count, { phase })
    metrics.gauge('davit_executor.creates_in_flight', creates.inFlight)
    metrics.gauge('davit_executor.creates_limit', creates.limit)
    metrics.gauge('davit_executor.poison_pods', poisonPods.length)
  }
}

/** A watched scope as a tag. */
export function scopeTag(namespace: string | null): string {
  return namespace ?? '*'
}
