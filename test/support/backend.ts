import type { UserRequest } from '../kubernetes/user-requests.ts'
import type { BackendName } from './backend-names.ts'

/** What a suite may ask of a backend beyond an API server, and how people call it. */
export const featureNames = {
  /** Pods end as their `script.davit/…` annotations say. */
  scriptedPods: 'Ends that annotations script',
  /** Pods' containers are processes, which do what their commands say. */
  containers: 'Commands that run',
  /** A container that takes more memory than its limit is killed. */
  memoryLimits: 'Images, and limits of memory and processors',
  /** A log that is followed ends with its container. */
  followedLogs: 'Logs that end with their container',
  /** Who asked what about pods: {@link StartedBackend.podRequests}. */
  requestLog: 'A log of requests',
  /** {@link StartedBackend.compactHistory}. */
  compaction: 'History that can be compacted',
  /** Users may do what roles grant them, and nothing else; {@link StartedBackend.executorRequests}. */
  roles: 'Users and roles',
  /** Pods get a token of their service account, and have it mounted. */
  serviceAccountTokens: 'Tokens of service accounts',
  /** Resources beyond pods and what stands around them: services, leases, deployments. */
  otherResources: 'Other resources',
  /** PATCH with `application/apply-patch+yaml`. */
  serverSideApply: 'Server-side apply',
  /** Answers in protobuf for those who ask for it. */
  protobuf: 'Answers in protobuf',
} as const

export type Feature = keyof typeof featureNames

/**
 * How the pods of a case run. `scripted`: as their annotations say, by the dev cluster's scripted runtime and by kwok;
 * `process`: as processes, by the dev cluster's process runtime and by a kubelet with containers.
 */
export type PodRuntime = 'scripted' | 'process'

/** The labels of the nodes that run pods so, on the dev cluster and in `test/kubernetes`. */
export const nodeSelectors: Readonly<Record<PodRuntime, Readonly<Record<string, string>>>> = {
  scripted: { kwok: 'true' },
  process: { kubelet: 'true' },
}

/** One API server that the conformance suite can run against. */
export interface Backend {
  readonly name: BackendName
  /** What it cannot do for pods that run so, each with the reason that is printed for the cases that need it. */
  lacks(runtime: PodRuntime): Readonly<Partial<Record<Feature, string>>>
  /** @throws Error when it cannot be had: a backend that was named fails, and is not skipped. */
  start(options: { readonly runtime: PodRuntime }): Promise<StartedBackend>
}

/** An API server that answers, for as long as a suite needs it. */
export interface StartedBackend extends AsyncDisposable {
  readonly url: string
  /** YAML. Its user may do everything. */
  readonly kubeconfig: string
  readonly kubeconfigPath: string
  /**
   * YAML. For the executor and `davit`: its user may do what `docs/operations.md` lists and nothing else, in the namespaces
   * that the suites make. Where there are no roles it is the one above.
   */
  readonly executorKubeconfig: string
  readonly executorKubeconfigPath: string
  /** The name of that user; null where there are no roles. */
  readonly executorUser: string | null
  /** The labels of the nodes that run pods as the case asked for; empty where every node does. */
  readonly nodeSelector: Readonly<Record<string, string>>
  /** The address of this machine as a pod's process sees it; only with the feature `containers`. */
  readonly hostAddress: string
  /** The requests about pods that were answered by now, oldest answer first; only with the feature `requestLog`. */
  podRequests(): Promise<readonly LoggedPodRequest[]>
  /** What the executor's user has asked by now, whatever about, since the backend was started; only with the feature `roles`. */
  executorRequests(): Promise<readonly UserRequest[]>
  /**
   * Lets so much time pass for the server, at once, where its clock is ours; elsewhere time passes while the case waits for
   * what is to come.
   */
  passTime(ms: number): void
  /** Whether the server's clock is ours: time passes by `passTime`. */
  readonly hasClock: boolean
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
