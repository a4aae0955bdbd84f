import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'

/** Something that keeps the executor from its work, and that it tries again: one entry a cause, whoever suffers from it. */
export interface Trouble {
  /** One word: `unauthorized`, `dns`, `tls`, `rbac` … */
  readonly cause: string
  /** The latest error, for people. */
  readonly message: string
  /** Who suffers: `watch of <namespace>`, `creates`, `creates in <namespace>`. */
  readonly sources: readonly string[]
  /** Milliseconds since 1970. */
  readonly since: number
  readonly nextTryAt: number | null
}

interface Told {
  readonly message: string
  readonly nextTryAt: number | null
}

interface Running {
  readonly since: number
  /** The latest of each source. */
  readonly sources: Map<string, Told>
}

/**
 * The troubles that last at present. Each is logged when it begins and when it is over for all that suffered from it, and
 * not in between, however often it is tried again.
 */
export class Troubles {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #metrics: Metrics
  readonly #running = new Map<string, Running>()

  constructor(options: { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics }) {
    this.#clock = options.clock
    this.#logger = options.logger
    this.#metrics = options.metrics
  }

  /** The source failed, for the first time or once more; whatever else it suffered from is over. */
  report(source: string, cause: string, told: Told): void {
    this.over(source, cause)
    const running = this.#running.get(cause)
    if (running) {
      running.sources.set(source, told)
      return
    }
    this.#running.set(cause, { since: this.#clock.now(), sources: new Map([[source, told]]) })
    this.#metrics.increment('davit_executor.troubles', { cause })
    this.#logger.warn('trouble began', { cause, source, error: told.message })
  }

  /** The source is well, or suffers from nothing but `except`. */
  over(source: string, except?: string): void {
    for (const [cause, { since, sources }] of this.#running) {
      if (cause === except || !sources.delete(source) || sources.size > 0) continue
      this.#running.delete(cause)
      this.#logger.info('trouble is over', { cause, source, durationMs: this.#clock.now() - since })
    }
  }

  /** The oldest first. */
  list(): Trouble[] {
    return [...this.#running].flatMap(([cause, { since, sources }]) => {
      const latest = [...sources.values()].at(-1)
      if (!latest) return []
      const times = [...sources.values()].flatMap(({ nextTryAt }) => nextTryAt ?? [])
      return {
        cause,
        message: latest.message,
        sources: [...sources.keys()],
        since,
        nextTryAt: times.length > 0 ? Math.min(...times) : null,
      }
    })
  }
}
