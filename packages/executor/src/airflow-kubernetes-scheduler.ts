import type { TaskExecutorConfig } from './base-executor.ts'
import { type Clock, systemClock } from './clock.ts'
import type { ExecutorConfig, ExecutorOptions } from './config/executor-config.ts'
import { resolveConfig } from './config/resolve-config.ts'
import { ExecutorError } from './errors.ts'
import type { KubeClient } from './kube/kube-client.ts'
import type { PodView } from './kube/pod-view.ts'
import type { Pod } from './kube/types.ts'
import { KubernetesJobWatcher, type WatchItem } from './kubernetes-job-watcher.ts'
import { type Logger, silentLogger } from './logger.ts'
import { concurrently } from './loops/concurrently.ts'
import { createPod } from './loops/launching/create-pod.ts'
import { LaunchPodBuilder, type PodMutationHook } from './loops/launching/launch-pod-builder.ts'
import { PreparationError } from './loops/launching/preparation-error.ts'
import { measuredCall } from './loops/measured-call.ts'
import { deleteOptionsOf } from './loops/outcomes/delete-options.ts'
import { deletePod, labelPod, type PodReference } from './loops/outcomes/delete-pod.ts'
import { takeOffOutcomeFinalizer } from './loops/outcomes/outcome-finalizer.ts'
import { watchScopes } from './loops/tracking/watched-namespaces.ts'
import type { Workload } from './loops/workload.ts'
import { type Metrics, noMetrics } from './metrics.ts'
import { ownerJobId } from './owner-job-id.ts'
import { fromObj, podPatchOf } from './pods/executor-pod-override.ts'
import type { PodFailureDetails } from './pods/failure-details.ts'
import { EXECUTOR_DONE_LABEL, POD_REVOKED_LABEL } from './pods/identity-marks.ts'
import { readTaskAnnotations } from './pods/task-annotations.ts'
import { ResourceVersion } from './resource-version.ts'
import type { TaskInstanceKey } from './tasks/task-instance-key.ts'

/** One try to be launched as a pod. Airflow: an item of the task queue. */
export interface KubernetesJob {
  readonly key: TaskInstanceKey
  readonly args: readonly string[]
  readonly executorConfig?: TaskExecutorConfig | null
  /** The main container's image, unless the override has one. */
  readonly kubeImage?: string | null
  /** The number of the launch within the try. @default 1 */
  readonly launchNumber?: number
}

/** What a pod says of its task instance. Airflow: an item of the result queue. */
export interface KubernetesResult {
  readonly key: TaskInstanceKey
  /** Null: Succeeded. */
  readonly state: 'failed' | 'adopted' | null
  readonly podName: string
  readonly namespace: string
  readonly resourceVersion: string
  readonly failureDetails?: PodFailureDetails
}

export interface AirflowKubernetesSchedulerOptions {
  readonly kube: Pick<KubeClient, 'pods'>
  readonly schedulerJobId: string | number
  /** Takes the results that `sync` finds. */
  readonly resultQueue: { push(result: KubernetesResult): unknown }
  readonly config?: ExecutorOptions
  /** @default a new one */
  readonly resourceVersion?: ResourceVersion
  readonly clock?: Clock
  readonly random?: () => number
  readonly logger?: Logger
  readonly metrics?: Metrics
  readonly podMutationHook?: PodMutationHook
}

/**
 * Creates, labels and deletes single pods, and turns what the watch says into results. A face of Airflow's shape over the
 * loops, for callers that do their own book-keeping; {@link KubernetesExecutor} does it for them. Airflow: the class of
 * this name.
 */
export class AirflowKubernetesScheduler {
  readonly #options: AirflowKubernetesSchedulerOptions
  readonly #config: ExecutorConfig
  readonly #clock: Clock
  readonly #metrics: Metrics
  readonly #logger: Logger
  readonly #builder: LaunchPodBuilder
  readonly #watcherQueue: WatchItem[] = []
  readonly #watchers: readonly KubernetesJobWatcher[]
  #isStarted = false

  /** @throws {ConfigError} `CONFIG_INVALID`; `ArgumentError`, `ARGUMENT_INVALID`: no job id */
  constructor(options: AirflowKubernetesSchedulerOptions) {
    const { clock = systemClock, podMutationHook, resourceVersion = new ResourceVersion() } = options
    this.#options = options
    this.#config = resolveConfig(options.config)
    this.#clock = clock
    this.#metrics = options.metrics ?? noMetrics
    this.#logger = options.logger ?? silentLogger
    const jobId = ownerJobId('schedulerJobId', options.schedulerJobId)
    this.#builder = new LaunchPodBuilder({ config: this.#config, jobId, clock, podMutationHook })
    this.#watchers = watchScopes(this.#config).map(
      (namespace) =>
        new KubernetesJobWatcher({ ...options, namespace, resourceVersion, watcherQueue: this.#watcherQueue }),
    )
  }

  /** Begins to watch. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    for (const watcher of this.#watchers) void watcher.run()
  }

  /**
   * Creates the pod, and resolves to what there is of it then; one of the same launch that is there already counts as
   * created (I1).
   */
  async runPodAsync(pod: Pod): Promise<PodView> {
    const { pods } = this.#options.kube
    const timeoutMs = this.#config.requestTimeoutSeconds * 1000
    const result = await measuredCall(this.#metrics, this.#clock, 'pod_creation', async () => {
      const created = await createPod(pods, pod, { timeoutMs, isAccounted: () => false })
      if (created.kind === 'refused') throw created.error
      return created
    })
    if (result.kind === 'foreign') throw new ExecutorError('POD_NAME_TAKEN', result.failure.message)
    return result.pod
  }

  /** Builds the pod of a job and creates it. @throws what is wrong with the template, override or hook; the server's refusal */
  async runNext(job: KubernetesJob): Promise<PodView> {
    const { key, args, executorConfig, kubeImage, launchNumber = 1 } = job
    this.#logger.info('launching', { ...key })
    const workload = {
      key,
      args,
      priority: 1,
      queue: null,
      podOverride: fromObj(executorConfig),
      podTemplateFile: executorConfig?.podTemplateFile ?? null,
      podPatch: podPatchOf(executorConfig),
      infrastructureRetries: 0,
      launchNumber,
      ...(kubeImage && { image: kubeImage }),
    }
    return this.runPodAsync(await this.#build(workload))
  }

  /** Launches several jobs at once. One result for each, in order; nothing is thrown for a single job. */
  async runNextBatch<T extends KubernetesJob>(jobs: readonly T[]): Promise<[job: T, error: unknown][]> {
    const results = jobs.map((job): [T, unknown] => [job, null])
    await concurrently(results, this.#config.podCreationMaxConcurrency, async (result) => {
      try {
        await this.runNext(result[0])
      } catch (error) {
        result[1] = error
      }
    })
    return results
  }

  /** Deletes a pod; one that is gone is no error. With `uid` never another of the same name. */
  async deletePod(pod: PodReference): Promise<void> {
    const { pods } = this.#options.kube
    await measuredCall(this.#metrics, this.#clock, 'pod_deletion', () =>
      deletePod(pods, pod, deleteOptionsOf(this.#config)),
    )
  }

  /** Labels a pod as dealt with, so that no watch shows it any more, and frees it of `davit/outcome`. Refusals are logged and no error. */
  async patchPodExecutorDone(pod: PodReference): Promise<void> {
    const { pods } = this.#options.kube
    await this.#label(pod, () => takeOffOutcomeFinalizer(pods, pod, { labels: { [EXECUTOR_DONE_LABEL]: 'True' } }))
  }

  /** Labels a pod as revoked, so that its end says nothing. Refusals are logged and no error. */
  async patchPodRevoked(pod: PodReference): Promise<void> {
    const { pods } = this.#options.kube
    await this.#label(pod, () => labelPod(pods, pod, { [POD_REVOKED_LABEL]: 'True' }))
  }

  /** Turns everything that the watchers found into results; begins to watch where `start()` was not called. */
  sync(): void {
    this.start()
    for (const item of this.#watcherQueue.splice(0)) this.processWatcherTask(item)
  }

  /** Turns one find of a watcher into a result. */
  processWatcherTask({ annotations, ...rest }: WatchItem): void {
    const { key } = readTaskAnnotations(annotations)
    if (!key || key.runId === null) {
      this.#logger.error('pod is of no task', { pod: rest.podName, namespace: rest.namespace })
      return
    }
    this.#options.resultQueue.push({ key: { ...key, runId: key.runId }, ...rest })
  }

  /** Ends the watch. What was found and not fetched by `sync` is dropped, with a warning. */
  async terminate(): Promise<void> {
    await Promise.all(this.#watchers.map((watcher) => watcher.stop()))
    const dropped = this.#watcherQueue.splice(0)
    for (const { podName, namespace } of dropped)
      this.#logger.warn('find of the watcher dropped', { pod: podName, namespace })
  }

  async #build(workload: Workload): Promise<Pod> {
    try {
      return await this.#builder.build(workload, workload.launchNumber)
    } catch (error) {
      throw error instanceof PreparationError ? error.cause : error
    }
  }

  async #label(pod: PodReference, patch: () => Promise<void>): Promise<void> {
    try {
      await measuredCall(this.#metrics, this.#clock, 'pod_patching', patch)
    } catch (error) {
      this.#logger.warn('pod cannot be labelled', { pod: pod.name, namespace: pod.namespace, error })
    }
  }
}
