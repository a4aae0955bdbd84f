/** A JSON object, as Airflow's options of that kind take it. */
export type JsonObject = Readonly<Record<string, unknown>>

/**
 * The executor's configuration, complete: what {@link resolveConfig} makes of {@link ExecutorOptions}. The names are
 * Airflow's `[kubernetes_executor]` options in camelCase, then ours. Times are seconds.
 */
export interface ExecutorConfig {
  // Where pods go, and which are watched.
  /** The namespace that pods are created in, and that is watched. @default 'default' */
  readonly namespace: string
  /** Watch other namespaces too: those of the list, or all when it is empty. @default false */
  readonly multiNamespaceMode: boolean
  /** Used only with `multiNamespaceMode`. @default [] */
  readonly multiNamespaceModeNamespaceList: readonly string[]

  // What a pod is made of.
  /** YAML file of the pod that every task's pod starts from; empty: none. @default '' */
  readonly podTemplateFile: string
  /** The image is `repository:tag`, when both are set. @default '' */
  readonly workerContainerRepository: string
  /** @default '' */
  readonly workerContainerTag: string
  /** What `env`, `volumes`, `volumeMounts` and `ports` of two sides become: merged by name, or appended as in Airflow. @default 'byName' */
  readonly podMerge: 'byName' | 'airflow'
  /** Unknown fields of templates and overrides are errors. False: they are ignored, as in Airflow. @default true */
  readonly strictPodFields: boolean

  // What becomes of ended pods.
  /** Delete pods when they have ended; false: they are labelled done. @default true */
  readonly deleteWorkerPods: boolean
  /** Delete failed pods too; false: they are kept for `failedPodTtlSeconds`. @default false */
  readonly deleteWorkerPodsOnFailure: boolean
  /** How long a failed pod is kept; 0: for ever. @default 86400 */
  readonly failedPodTtlSeconds: number

  // Launching.
  /** How many creates one `sync` may start; null: no limit. Airflow: 1. @default null */
  readonly workerPodsCreationBatchSize: number | null
  /** Airflow's switch. False: one create at a time, whatever `podCreationMaxConcurrency` says. @default true */
  readonly asyncPodCreation: boolean
  /** The most creates in flight; 0: as many as the batch size, as in Airflow. 1: one at a time. @default 64 */
  readonly podCreationMaxConcurrency: number
  /** How many creates may begin in a second, spaced evenly; 0: no limit. @default 0 */
  readonly podCreationsPerSecond: number
  /** How many pods may be pending at a time, from the create to the start of the task's container; 0: no limit. @default 0 */
  readonly maxPendingPods: number
  /** How often a create that was refused for a passing cause is repeated; -1: until `maxRefusalSeconds`. @default -1 */
  readonly taskPublishMaxRetries: number
  /** How long refusals may hold up a launch before its task fails. 0: a refusal is final. @default 3600 */
  readonly maxRefusalSeconds: number
  /** How many new launches of the same try infrastructure failures may cost; -1: no limit. @default 3 */
  readonly infrastructureRetries: number
  /** Airflow's name: sets `infrastructureRetries` where that is not set. @default null */
  readonly podLaunchFailureRetries: number | null
  /** Container reasons after which a failed launch is not repeated. @default ['Error'] */
  readonly podLaunchFailureExcludedContainerReasons: readonly string[]

  // What the launch protocol puts on pods.
  /**
   * Pods have the finalizer `davit/outcome` until their end is recorded, so that a deletion by others hides no end. Null: when
   * the store outlives the process; with one that does not it cannot be true. @default null
   */
  readonly outcomeFinalizer: boolean | null
  /** Pods have the scheduling gate `davit/launch` until the store has bound them, so that no pod starts which it does not know. @default false */
  readonly launchGate: boolean

  // Pods that do not start.
  /** Waiting reasons that fail a pending pod; empty: none does. @default Airflow's five */
  readonly workerPodPendingFatalContainerStateReasons: readonly string[]
  /** For each such reason, how long it may last before it counts. @default {}: 0 s each */
  readonly fatalReasonGraceSeconds: Readonly<Record<string, number>>
  /** How long a pod may wait for a node; 0: for ever. @default 900 */
  readonly unscheduledSeconds: number
  /** How long its images may be pulled; 0: for ever. @default 600 */
  readonly pullingSeconds: number
  /** How long its init containers may run; 0: for ever. @default 0 */
  readonly initialisingSeconds: number
  /** How long its containers may take to be created; 0: for ever. @default 300 */
  readonly creatingSeconds: number
  /** Airflow to 2.5: the age at which `checkWorkerPodsPendingTimeout` deletes a pending pod. @default 300 */
  readonly workerPodsPendingTimeout: number
  /** Airflow to 2.5: how often that is checked; 0: never, as the deadlines above do it. @default 0 */
  readonly workerPodsPendingTimeoutCheckInterval: number
  /** Airflow to 2.5: how many pods one check looks at. @default 100 */
  readonly workerPodsPendingTimeoutBatchSize: number
  /** Airflow 2: how often `clearNotLaunchedQueuedTasks` runs; 0: never. @default 0 */
  readonly workerPodsQueuedCheckInterval: number

  // Watching and adopting.
  /** How often the watch is checked against a fresh list. @default 1800 */
  readonly resyncSeconds: number
  /**
   * Who answers for a pod. `label`: the job that its label `airflow-worker` names, as in Airflow; adopting patches each pod.
   * `lease`: the job that the store names, while its lease there lasts; it needs a store with leases. @default 'label'
   */
  readonly adoption: 'label' | 'lease'
  /** `adoption: 'lease'`: how long others wait for an executor that does not answer; renewed at a third of it. @default 30 */
  readonly leaseSeconds: number
  /** A name shared by the executors of one store: a DNS label of at most 40 characters. @default 'default' */
  readonly deployment: string

  // Logs.
  /** How many lines `getTaskLog` reads of a live pod. @default 100 */
  readonly runningPodLogLines: number
  /** Put the annotations of pods into the log lines about their creation and their events. @default false */
  readonly logsTaskMetadata: boolean

  // The connection.
  // It is of use to whoever connects: `connectionOptions` makes of it what `loadKubeConfig` and `createKubeClient` take.
  /** The service account's credentials; false: a kubeconfig. @default true, where neither `clusterContext` nor `configFile` is set */
  readonly inCluster: boolean
  /** The kubeconfig's context; empty: its current one. @default '' */
  readonly clusterContext: string
  /** The kubeconfig file; empty: the usual places. @default '' */
  readonly configFile: string
  /** @default true */
  readonly verifySsl: boolean
  /** File of certificates to trust; empty: those of the credentials. @default '' */
  readonly sslCaCert: string
  /** @default true */
  readonly enableTcpKeepalive: boolean
  /** Seconds of silence before the first probe. @default 120 */
  readonly tcpKeepIdle: number
  /** Seconds between probes. @default 30 */
  readonly tcpKeepIntvl: number
  /** Probes without an answer before the connection counts as dead. @default 6 */
  readonly tcpKeepCnt: number
  /** The deadline of a request. Airflow: none. @default 60 */
  readonly requestTimeoutSeconds: number
  /** The deadline of one page of a list. @default 120 */
  readonly listTimeoutSeconds: number
  /** In what the API server is asked to write pods: `json` for a proxy that spoils what is no text. @default 'protobuf' */
  readonly podEncoding: 'protobuf' | 'json'
  /** Airflow's JSON of extra arguments for every call: of `_request_timeout` (seconds, or [connect, read]) `requestTimeoutSeconds` is made where that is not set. @default {} */
  readonly kubeClientRequestArgs: JsonObject
  /** Airflow's JSON of options for deletions: `grace_period_seconds`, `propagation_policy`. @default {} */
  readonly deleteOptionKwargs: JsonObject
  /** Airflow's JSON for its HTTP library's retry policy. Accepted and kept; the executor retries by its own table. @default {} */
  readonly apiClientRetryConfiguration: JsonObject

  // What Airflow keeps in other sections.
  /** `[core]`: how many task instances may run at once. @default 32 */
  readonly parallelism: number
  /** The queue of a hybrid executor whose tasks go to Kubernetes; null: all do. @default null */
  readonly kubernetesQueue: string | null
  /** `[scheduler]`: how often orphans and ended pods of others are adopted. @default 300 */
  readonly orphanedTasksCheckInterval: number
  /** `[scheduler]`: the age of a heartbeat at which its job counts as dead. @default 30 */
  readonly schedulerHealthCheckThreshold: number
  /** `[scheduler]`: how long a task may stay queued. @default 600 */
  readonly taskQueuedTimeout: number
  /** `[scheduler]` @default 120 */
  readonly taskQueuedTimeoutCheckInterval: number
  /** `[scheduler]` @default 2 */
  readonly numStuckInQueuedRetries: number
  /** `[scheduler]` @default 1 */
  readonly schedulerIdleSleepTime: number
  /** `[scheduler]` @default 16 */
  readonly maxTisPerQuery: number
}

/** What the user may set of {@link ExecutorConfig}; undefined counts as not set. */
export type ExecutorOptions = { readonly [K in keyof ExecutorConfig]?: ExecutorConfig[K] | undefined }
