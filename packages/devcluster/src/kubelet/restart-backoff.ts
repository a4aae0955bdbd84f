/** How long a container waits before it is started again. */
export interface BackOffLimits {
  readonly initialMs: number
  readonly maxMs: number
}

/** The kubelet's, for containers that ended and for images that could not be pulled. */
export const KUBELET_BACK_OFF: BackOffLimits = { initialMs: 10_000, maxMs: 300_000 }

/**
 * The waits of one container: none before the first restart, then 10 s, doubled each time up to 300 s, and from the start
 * again once a run lasted for twice the maximum. client-go: flowcontrol.Backoff as doBackOff uses it.
 */
export class RestartBackOff {
  readonly #limits: BackOffLimits
  #entry: { delayMs: number; updatedAt: number } | undefined

  constructor(limits: BackOffLimits = KUBELET_BACK_OFF) {
    this.#limits = limits
  }

  /** What must pass after an end at `endedAt` before the next start; 0 for the first. */
  delayAfter(endedAt: number): number {
    return this.#isExpired(endedAt) ? 0 : (this.#entry?.delayMs ?? 0)
  }

  /** Counts a start at `startedAt` that follows an end at `endedAt`. */
  countStart(endedAt: number, startedAt: number): void {
    const delayMs =
      this.#entry && !this.#isExpired(endedAt)
        ? Math.min(this.#entry.delayMs * 2, this.#limits.maxMs)
        : this.#limits.initialMs
    this.#entry = { delayMs, updatedAt: startedAt }
  }

  #isExpired(endedAt: number): boolean {
    return !this.#entry || endedAt - this.#entry.updatedAt > 2 * this.#limits.maxMs
  }
}

/** A span as Go prints it (`10s`, `1m20s`, `5m0s`), for whole seconds. */
export function goDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
