import type { BackendName } from './backend-names.ts'

/** What a suite may ask of a backend beyond an API server. */
export type Feature =
  /** Pods end as their `script.davit/…` annotations say. */
  | 'scriptedPods'
  /** A log that is followed ends with its container. */
  | 'followedLogs'
  /** Who asked what about pods: {@link StartedBackend.podRequests}. */
  | 'requestLog'
  /** {@link StartedBackend.compactHistory}. */
  | 'compaction'
  /** Pods get a token of their service account, and have it mounted. */
  | 'serviceAccountTokens'

/** How pods run on the dev cluster; the others have one way. */
export type PodRuntime = 'scripted' | 'process'

/** One API server that the conformance suite can run against. */
export interface Backend {
  readonly name: BackendName
  /** What it cannot do, each with the reason that is printed for the cases that need it. */
  readonly lacks: Readonly<Partial<Record<Feature, string>>>
  /** @throws Error when it cannot be had: a backend that was named fails, and is not skipped. */
  start(options: { readonly runtime: PodRuntime }): Promise<StartedBackend>
}

/** An API server that answers, for as long as a suite needs it. */
export interface StartedBackend extends AsyncDisposable {
  readonly url: string
  /** YAML. Its user may do everything. */
  readonly kubeconfig: string
  readonly kubeconfigPath: string
  /** The requests about pods that were answered by now, oldest answer first; only with the feature `requestLog`. */
  podRequests(): Promise<readonly LoggedPodRequest[]>
  /** Makes the server forget every version but the newest; only with the feature `compaction`. */
  compactHistory(): Promise<void>
  stop(): Promise<void>
}

/** One request about pods, as the server's own log has it. */
export interface LoggedPodRequest {
  /** Kubernetes' word: create, get, list, watch, update, patch, delete, deletecollection. */
  readonly verb: string
  /** `status`, `log`, `binding`, …; null for the pod itself. */
  readonly subresource: string | null
  readonly namespace: string | null
  /** The pod's name, the one that was generated included; null for lists and watches. */
  readonly name: string | null
  /** Of the pod that a create made, or that the request itself named; null where neither is. */
  readonly uid: string | null
  /** The HTTP status of the answer; 0 when the request ended without one. */
  readonly code: number
  readonly userAgent: string
}
