import { type Clock, systemClock } from './clock.ts'
import type { ExecutorConfig, ExecutorOptions } from './config/executor-config.ts'
import { resolveConfig } from './config/resolve-config.ts'
import { ExecutorError } from './errors.ts'
import type { KubeClient } from './kube/kube-client.ts'
import type { PodView } from './kube/pod-view.ts'
import type { Status } from './kube/types.ts'
import { type Logger, silentLogger } from './logger.ts'
import { InMemoryLaunchStore } from './loops/in-memory-launch-store.ts'
import { projectPod } from './loops/tracking/pod-record.ts'
import { PodScopes } from './loops/tracking/pod-scopes.ts'
import { jobTerm, NOT_DONE_TERM } from './loops/tracking/selector-terms.ts'
import { Troubles } from './loops/troubles.ts'
import { noMetrics } from './metrics.ts'
import { ownerJobId } from './owner-job-id.ts'
import type { PodFailureDetails } from './pods/failure-details.ts'
import { podOutcome } from './pods/pod-outcome.ts'
import { readTaskAnnotations } from './pods/task-annotations.ts'
import { ResourceVersion } from './resource-version.ts'

/** What the watcher found out about a pod. Airflow: an item of the watcher queue. */
export interface WatchItem {
  readonly podName: string
  readonly namespace: string
  /** Null: Succeeded; the state of the task instance is not known from the pod. */
  readonly state: 'failed' | 'adopted' | null
  /** The task's own: `dag_id`, `task_id`, `try_number`, `run_id`, `map_index`. */
  readonly annotations: Readonly<Record<string, string>>
  readonly resourceVersion: string
  readonly failureDetails?: PodFailureDetails
}

/** One event of a watch on pods, as Kubernetes tells it. */
export interface PodWatchEvent {
  readonly type: string
  readonly object: PodView
}

/** The error event of a watch: its Status under the name of Airflow's client, of the wire, or of ours. */
export interface WatchErrorEvent {
  readonly type?: string
  readonly rawObject?: Partial<Status>
  readonly object?: Partial<Status>
  readonly status?: Partial<Status>
}

export interface KubernetesJobWatcherOptions {
  /** Null: all namespaces. */
  readonly namespace: string | null
  readonly kube: Pick<KubeClient, 'pods'>
  readonly schedulerJobId: string | number
  /** Takes what was found out. */
  readonly watcherQueue: { push(item: WatchItem): unknown }
  /** Where the watch has got to. @default a new one */
  readonly resourceVersion?: ResourceVersion
  readonly config?: ExecutorOptions
  readonly clock?: Clock
  readonly random?: () => number
  readonly logger?: Logger
}

const ANNOTATIONS = [
  'dag_id',
  'task_id',
  'try_number',
  'run_id',
  'map_index',
  'logical_date',
  'execution_date',
] as const

/** Those of which the table knows something. */
const PHASES: readonly string[] = ['Pending', 'Running', 'Succeeded', 'Failed']

/**
 * Watches the pods of one job in one scope, and tells what Airflow's table says of each event. A face of Airflow's shape
 * over the reflector, which never goes blind and needs no restarting. Airflow: the class of this name.
 */
export class KubernetesJobWatcher {
  readonly #options: KubernetesJobWatcherOptions
  readonly #config: ExecutorConfig
  readonly #logger: Logger
  readonly #scopes: PodScopes
  readonly #stopped = Promise.withResolvers<void>()
  #isRunning = false

  /** @throws {ConfigError} `CONFIG_INVALID`; `ArgumentError`, `ARGUMENT_INVALID`: no job id */
  constructor(options: KubernetesJobWatcherOptions) {
    const { clock = systemClock } = options
    this.#options = options
    this.#config = resolveConfig(options.config)
    this.#logger = options.logger ?? silentLogger
    this.#scopes = new PodScopes({
      pods: options.kube.pods,
      scopes: [options.namespace],
      labelSelector: `${jobTerm(ownerJobId('schedulerJobId', options.schedulerJobId))},${NOT_DONE_TERM}`,
      resyncSeconds: this.#config.resyncSeconds,
      resourceVersion: options.resourceVersion ?? new ResourceVersion(),
      store: new InMemoryLaunchStore(),
      clock,
      random: options.random ?? Math.random,
      logger: this.#logger,
      metrics: noMetrics,
      troubles: new Troubles({ clock, logger: this.#logger, metrics: noMetrics }),
      project: projectPod,
      onNotice: (notice) => {
        if (notice.type === 'LISTED' || this.#scopes.poison.has(notice.record.uid)) return
        this.processStatus({ type: notice.type, object: notice.record })
      },
    })
  }

  /** Watches until `stop()`. */
  async run(): Promise<void> {
    if (this.#isRunning) throw new ExecutorError('EXECUTOR_STATE', 'the watcher runs already')
    this.#isRunning = true
    this.#scopes.start()
    await this.#stopped.promise
  }

  /** Ends the watch; `run()` resolves then. */
  async stop(): Promise<void> {
    await this.#scopes.stop()
    this.#stopped.resolve()
  }

  /** True once the scope was listed; false when stopped before. */
  synced(): Promise<boolean> {
    return this.#scopes.synced()
  }

  /** `"0"`, the version to begin again at, for 410; throws with Airflow's words for every other error event. */
  processError(event: WatchErrorEvent): string {
    const { code, reason, message } = event.rawObject ?? event.object ?? event.status ?? {}
    if (code === 410) return '0'
    throw new ExecutorError('WATCH_ERROR', `Kubernetes failure for ${reason} with code ${code} and message: ${message}`)
  }

  /** Puts what the event says of its task into the queue, if it says anything. A pod without a task's annotations is passed over (I8). */
  processStatus({ type, object }: PodWatchEvent): void {
    const { name = '', namespace = '', resourceVersion = '', annotations = {} } = object.metadata ?? {}
    const { problem } = readTaskAnnotations(annotations)
    if (problem) {
      this.#logger.error('pod is of no task', { pod: name, namespace, error: problem })
      return
    }
    const { state, failure } = podOutcome(
      { type, object },
      { fatalContainerStateReasons: this.#config.workerPodPendingFatalContainerStateReasons },
    )
    if (state === null) {
      const { phase = null } = object.status ?? {}
      if (phase === null || !PHASES.includes(phase))
        this.#logger.warn('pod of an unknown phase', { pod: name, namespace, phase })
      return
    }
    const taken = Object.fromEntries(
      ANNOTATIONS.flatMap((key) => (annotations[key] === undefined ? [] : [[key, annotations[key]]])),
    )
    // Airflow's word for what it may not write down.
    const told = this.#config.logsTaskMetadata ? taken : '<omitted>'
    this.#logger.info('pod event', { pod: name, namespace, type, state, annotations: told })
    this.#options.watcherQueue.push({
      podName: name,
      namespace,
      state: state === 'succeeded' ? null : state,
      annotations: taken,
      resourceVersion,
      ...(failure && { failureDetails: failure }),
    })
  }
}
