/** How long things take in a run. */
export interface Pace {
  /** A lease, and how often it, and everything else, is looked after. */
  readonly leaseSeconds: number
  readonly tickMs: number
  readonly orphansEveryMs: number
  /** Between two looks whether all has ended. */
  readonly lookEveryMs: number
  /** After the last fault all has ended within this. */
  readonly quietWithinMs: number
  /** A pod's end is known so long after it, or after the last fault, at the latest. */
  readonly seenWithinMs: number
  /** An end that came so shortly before it was decided otherwise could not be known. */
  readonly newsMs: number
  /** How late the witness may be. */
  readonly lagMs: number
  readonly requestTimeoutSeconds: number
}

/** On a clock that the run moves: executors have their usual limits. */
export const SIMULATED: Pace = {
  leaseSeconds: 30,
  tickMs: 5_000,
  orphansEveryMs: 20_000,
  lookEveryMs: 10_000,
  // Two safety lists, and the longest of the other deadlines.
  quietWithinMs: 75 * 60_000,
  // A watch that went silent is noticed after 150 s; then there are backoffs and a list.
  seenWithinMs: 360_000,
  newsMs: 20_000,
  lagMs: 0,
  requestTimeoutSeconds: 60,
}

/** On a real server: a twentieth, where the executor lets itself be hurried. */
export const REAL: Pace = {
  leaseSeconds: 3,
  tickMs: 400,
  orphansEveryMs: 1_500,
  lookEveryMs: 500,
  quietWithinMs: 180_000,
  seenWithinMs: 60_000,
  newsMs: 8_000,
  lagMs: 3_000,
  requestTimeoutSeconds: 5,
}
