import type { ExecutorConfig } from '../config/executor-config.ts'
import type { ReflectorState } from '../watch/reflector-status.ts'
import type { EntryPhase } from './launch-entry.ts'
import type { PoisonPod } from './tracking/poison-pods.ts'
import type { Trouble } from './troubles.ts'

/** One watched scope. Times are milliseconds since 1970. */
export interface WatchedScope {
  /** Null: all namespaces. */
  readonly namespace: string | null
  readonly state: ReflectorState
  /** When this state began. */
  readonly since: number
  /** How long ago the server last said anything; null: never yet. */
  readonly staleSeconds: number | null
  /** The last trouble, kept when it is over. */
  readonly lastError: { readonly cause: string; readonly message: string; readonly at: number } | null
  readonly resourceVersion: string
  /** In the cache. */
  readonly pods: number
  readonly relists: number
  readonly restarts: number
  readonly handlerErrors: number
}

/** Launches that wait for one cause. */
export interface HeldLaunches {
  /** A row of the refusal table: `quota`, `rbac`, `unauthorized` … */
  readonly cause: string
  readonly message: string
  /** The namespace that refuses; null: it concerns every create, or single launches. */
  readonly namespace: string | null
  readonly launches: number
  readonly since: number
  readonly nextTryAt: number
}

/** What an executor is doing, and what keeps it from it: a snapshot, for people and for monitoring. */
export interface ExecutorState {
  readonly lifecycle: 'new' | 'started' | 'ended'
  readonly adoption: ExecutorConfig['adoption']
  readonly watches: readonly WatchedScope[]
  /** How many launches are in each phase. */
  readonly launches: Readonly<Record<Exclude<EntryPhase, 'closed'>, number>>
  readonly creates: {
    readonly inFlight: number
    /** How many may be. */
    readonly limit: number
    /** What pauses them, one entry a cause and namespace. */
    readonly held: readonly HeldLaunches[]
  }
  /** Pods with our labels that are passed over. */
  readonly poisonPods: readonly PoisonPod[]
  /** What is wrong at present, one entry a cause, the oldest first. */
  readonly troubles: readonly Trouble[]
}
