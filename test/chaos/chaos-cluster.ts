import type { FaultHandle, RequestInfo } from '@davit/devcluster'
import type { Clock, KubeConfig } from '@davit/executor'
import type { MemoryWire } from '../support/memory-wire.ts'
import type { RawApi } from '../support/raw-api.ts'
import type { TimedCluster } from '../support/timed-cluster.ts'

/** One request about pods that an executor has sent and the server has carried out, as the server has it on record. */
export interface PodRequestRecord {
  readonly verb: string
  /** Empty for the pod itself. */
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** Of the pod that a create made, or that a deletion's precondition names; empty elsewhere. */
  readonly uid: string
  readonly code: number
  /** Milliseconds since 1970 when it arrived. */
  readonly at: number
  readonly userAgent: string
}

/** What a fault sees of a request. */
export type AskedRequest = Pick<RequestInfo, 'userAgent' | 'verb' | 'resource'>

export type Match = (info: AskedRequest) => boolean

export interface Refusal {
  readonly code: 401 | 410 | 429 | 500 | 502 | 503 | 504
  readonly retryAfterSeconds?: number
  readonly count?: number
  readonly match: Match
}

export interface PodPlace {
  readonly namespace: string
  readonly name: string
}

/** What can be done to requests, watches, pods and nodes; as the dev cluster's `Faults`, which say what each does. */
export interface ChaosFaults {
  loseAnswers(scope: { readonly match: Match; readonly count: number }): FaultHandle
  dropRequests(scope: { readonly match: Match; readonly count: number }): FaultHandle
  refuse(refusal: Refusal): FaultHandle
  delay(delayMs: number, scope: { readonly match: Match }): FaultHandle
  dropWatches(match: Match): number
  stallWatches(scope: { readonly match: Match }): FaultHandle
  compact(): void
  evict(pod: PodPlace): void
  killContainer(pod: PodPlace): void
  setNodeReady(status: boolean | 'Unknown'): void
}

/** A Kubernetes for one run, with its time, and ways to trouble it. */
export interface ChaosCluster {
  readonly clock: Clock
  readonly kubeConfig: KubeConfig
  /** A client that nothing happens to. */
  readonly api: RawApi
  readonly faults: ChaosFaults
  openWire(): MemoryWire
  settle(): Promise<void>
  advance(ms: number): Promise<void>
  /** Lets time pass until the promise is settled. @throws Error when that takes longer */
  during<T>(promise: Promise<T>, options: { readonly withinMs: number }): Promise<T>
  /** What executors have asked about pods so far. */
  podRequests(): Promise<readonly PodRequestRecord[]>
}

/** A dev cluster whose time stands still until it is told. */
export function simulatedCluster(timed: TimedCluster): ChaosCluster {
  const { clock, kubeConfig, api, cluster, openWire, settle, advance, during } = timed
  return {
    clock,
    kubeConfig,
    api,
    faults: cluster.faults,
    openWire,
    settle,
    advance,
    during,
    podRequests: async () =>
      cluster.requests.list(({ userAgent, resource }) => resource === 'pods' && userAgent.startsWith('davit-job-')),
  }
}
