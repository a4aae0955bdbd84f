import type { Dice } from './dice.ts'

/** Everything that can go wrong, each with what else is to be known of it. */
interface FaultDetails {
  readonly answersLost: { readonly count: number }
  readonly requestsDropped: { readonly count: number }
  readonly serverErrors: { readonly code: 500 | 502 | 503 | 504 }
  readonly slowServer: { readonly delayMs: number }
  readonly throttled: { readonly retryAfterSeconds: number }
  readonly credentialsRevoked: object
  readonly quota: { readonly namespace: string; readonly pods: number }
  readonly watchDropped: { readonly times: number }
  readonly watchStalled: object
  readonly versionGone: { readonly shape: 'status' | 'event' }
  readonly eventsTwice: { readonly twice: number }
  readonly eventsLate: { readonly lateMs: number }
  readonly eventsReordered: { readonly reorder: number }
  readonly serverRestarted: object
  readonly serverRestartedCompacted: object
  readonly partitioned: { readonly healing: 'release' | 'break' | 'strand' }
  readonly evicted: { readonly count: number }
  readonly containerKilled: { readonly count: number }
  readonly podDeleted: { readonly count: number }
  readonly nodeLost: object
  readonly nodeNotReady: object
  readonly slowStore: { readonly trouble: 'slow' | 'slowAnswer' | 'refused' | 'answerLost'; readonly share: number }
  readonly executorKilled: { readonly crossings: number; readonly downMs: number }
  readonly executorPaused: object
}

export type FaultName = keyof FaultDetails

/** One fault of a schedule: what, from when on, for how long, and for which executor; null: for both. */
export type Fault = {
  readonly [Name in FaultName]: {
    readonly kind: Name
    readonly at: number
    readonly forMs: number
    readonly executor: 0 | 1 | null
  } & FaultDetails[Name]
}[FaultName]

interface Plan<Details> {
  /** How often it is chosen. */
  readonly weight: number
  readonly forMs: readonly [least: number, most: number]
  readonly details: (dice: Dice, namespaces: readonly string[]) => Details
}

const nothing = () => ({})
const few = (dice: Dice) => ({ count: dice.between(1, 4) })

const PLANS: { readonly [Name in FaultName]: Plan<FaultDetails[Name]> } = {
  answersLost: { weight: 3, forMs: [30_000, 120_000], details: few },
  requestsDropped: { weight: 1, forMs: [30_000, 120_000], details: few },
  serverErrors: {
    weight: 1,
    forMs: [5_000, 60_000],
    details: (dice) => ({ code: dice.pick([500, 502, 503, 504] as const) }),
  },
  slowServer: { weight: 1, forMs: [10_000, 60_000], details: (dice) => ({ delayMs: dice.between(200, 70_000) }) },
  throttled: { weight: 1, forMs: [5_000, 60_000], details: (dice) => ({ retryAfterSeconds: dice.between(1, 10) }) },
  credentialsRevoked: { weight: 1, forMs: [5_000, 90_000], details: nothing },
  quota: {
    weight: 2,
    forMs: [20_000, 150_000],
    details: (dice, namespaces) => ({ namespace: dice.pick(namespaces), pods: dice.between(1, 3) }),
  },
  watchDropped: { weight: 1, forMs: [10_000, 60_000], details: (dice) => ({ times: dice.between(1, 5) }) },
  watchStalled: { weight: 1, forMs: [20_000, 300_000], details: nothing },
  versionGone: {
    weight: 2,
    forMs: [1_000, 30_000],
    details: (dice) => ({ shape: dice.pick(['status', 'event'] as const) }),
  },
  eventsTwice: { weight: 1, forMs: [30_000, 200_000], details: (dice) => ({ twice: dice.between(3, 10) }) },
  eventsLate: { weight: 1, forMs: [30_000, 120_000], details: (dice) => ({ lateMs: dice.between(100, 15_000) }) },
  eventsReordered: { weight: 1, forMs: [30_000, 200_000], details: (dice) => ({ reorder: dice.between(2, 6) }) },
  serverRestarted: { weight: 1, forMs: [500, 40_000], details: nothing },
  serverRestartedCompacted: { weight: 1, forMs: [500, 40_000], details: nothing },
  partitioned: {
    weight: 2,
    forMs: [10_000, 200_000],
    details: (dice) => ({ healing: dice.pick(['release', 'break', 'strand'] as const) }),
  },
  evicted: { weight: 1, forMs: [10_000, 60_000], details: few },
  containerKilled: { weight: 1, forMs: [10_000, 60_000], details: few },
  podDeleted: { weight: 1, forMs: [10_000, 60_000], details: few },
  nodeLost: { weight: 1, forMs: [20_000, 420_000], details: nothing },
  nodeNotReady: { weight: 1, forMs: [20_000, 420_000], details: nothing },
  slowStore: {
    weight: 3,
    forMs: [20_000, 120_000],
    details: (dice) => ({
      trouble: dice.pick(['slow', 'slowAnswer', 'refused', 'answerLost'] as const),
      share: dice.between(2, 9) / 10,
    }),
  },
  executorKilled: {
    weight: 6,
    forMs: [60_000, 60_000],
    details: (dice) => ({ crossings: dice.between(1, 120), downMs: dice.between(0, 60_000) }),
  },
  executorPaused: { weight: 2, forMs: [35_000, 150_000], details: nothing },
}

export const FAULT_NAMES = Object.keys(PLANS) as FaultName[]

/** Chooses a fault, its time and its details. */
export function planFault(dice: Dice, namespaces: readonly string[], kinds: readonly FaultName[]): Fault {
  const kind = dice.weighted(kinds.map((name) => [PLANS[name].weight, name] as const))
  const { forMs, details } = PLANS[kind]
  return {
    kind,
    at: dice.between(0, 180_000),
    forMs: dice.between(...forMs),
    executor: dice.pick([0, 1, null] as const),
    ...details(dice, namespaces),
  } as Fault
}
