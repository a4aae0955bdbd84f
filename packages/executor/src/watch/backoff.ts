export interface BackoffOptions {
  /** The first delay, before jitter. */
  readonly initialMs: number
  /** The ceiling, before jitter. */
  readonly maxMs: number
  /** @default 2 */
  readonly factor?: number
  /** How much of a delay is added at random: 1 spreads each between once and twice its length, as client-go does. @default 1 */
  readonly jitter?: number
  /** At least 0 and below 1. */
  readonly random: () => number
}

/** Delays that grow from one failure to the next up to a ceiling, spread at random so that clients do not come back together. */
export class Backoff {
  readonly #options: Required<BackoffOptions>
  #failures = 0

  constructor(options: BackoffOptions) {
    this.#options = { factor: 2, jitter: 1, ...options }
  }

  /** Failures since the start or the last {@link reset}. */
  get failures(): number {
    return this.#failures
  }

  /**
   * The delay after one more failure, in milliseconds; at least `atLeastMs` (a Retry-After) and a random bit of the first
   * delay, since the server told everybody the same. The ceiling does not cut that.
   */
  next(atLeastMs = 0): number {
    const { initialMs, maxMs, factor, jitter, random } = this.#options
    const base = Math.min(maxMs, initialMs * factor ** this.#failures)
    this.#failures += 1
    const spread = jitter * random()
    const asked = atLeastMs > 0 ? atLeastMs + initialMs * spread : 0
    return Math.round(Math.max(asked, base * (1 + spread)))
  }

  /** Things went well: the next failure waits the first delay again. */
  reset(): void {
    this.#failures = 0
  }
}
