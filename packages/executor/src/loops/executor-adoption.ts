import type { Clock } from '../clock.ts'
import type { ExecutorConfig } from '../config/executor-config.ts'
import type { PodVerbs } from '../kube/kube-client.ts'
import { isNotFound } from '../kube/status-predicates.ts'
import type { Pod } from '../kube/types.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { makeSafeLabelValue } from '../pods/safe-label-value.ts'
import { buildSelectorForK8sExecutorPod } from '../pods/task-labels.ts'
import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from '../tasks/task-instance-key-map.ts'
import { TaskInstanceKeySet } from '../tasks/task-instance-key-set.ts'
import {
  type AdoptableTaskInstance,
  keyOfPod,
  launchOfPod,
  listPods,
  ownedSelector,
  sortCandidates,
} from './adoption.ts'
import { completedSelector, endedAt } from './completed-pods.ts'
import { concurrently } from './concurrently.ts'
import type { LaunchEngine } from './launch-engine.ts'
import type { Launch, LaunchStore, QueuedTaskInstance } from './launch-store.ts'
import { measuredCall } from './measured-call.ts'
import { podDisposal } from './pod-disposal.ts'
import { endingOf } from './pod-ending.ts'
import { type PodRecord, projectPod } from './pod-record.ts'

interface ExecutorAdoptionOptions {
  readonly pods: PodVerbs
  readonly config: ExecutorConfig
  readonly jobId: string
  readonly store: LaunchStore
  readonly engine: LaunchEngine
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Queued or running here, or its event waits to be fetched. */
  readonly isOurs: (key: TaskInstanceKey) => boolean
  readonly aliveJobIds: (() => Promise<readonly string[]>) | undefined
}

/** Patches in flight while adopting. */
const CONCURRENCY = 32

/** Pods of other owners, and pods that nobody answers for: adoption in `label` mode, and the cleaning up around it. */
export class ExecutorAdoption {
  readonly #options: ExecutorAdoptionOptions

  constructor(options: ExecutorAdoptionOptions) {
    this.#options = options
  }

  /** One list a scope for each owner, then one patch a pod. Resolves to those not adopted, in their order. */
  async tryAdoptTaskInstances<T extends AdoptableTaskInstance>(tis: readonly T[]): Promise<T[]> {
    const { config, pods, engine, metrics, clock, isOurs, store, logger } = this.#options
    const startedAt = clock.now()
    const candidates = new TaskInstanceKeyMap<T>()
    for (const ti of tis) if (ti.queuedByJobId !== null && !isOurs(ti.key)) candidates.set(ti.key, ti)
    if (candidates.size > 0) {
      const owners = new Set([...candidates.values()].map(({ queuedByJobId }) => String(queuedByJobId)))
      const lists = await Promise.all(
        [...owners].map((owner) => listPods(pods, config, { labelSelector: ownedSelector(owner) })),
      )
      const launches = await store.currentLaunches()
      const isCandidate = (key: TaskInstanceKey) => candidates.has(key)
      const sorted = sortCandidates(lists.flat(), isCandidate, launches, { deployment: config.deployment, logger })
      await concurrently(sorted.current, CONCURRENCY, async ({ record, launch }) => {
        if (await this.#adopt(record, launch)) candidates.delete(launch.key)
      })
      for (const { namespace, name, uid } of sorted.superseded) {
        engine.reaper.enqueue({ namespace, name, uid, action: 'delete', isRevoked: true })
      }
    }
    metrics.timing('kubernetes_executor.adopt_task_instances.duration', clock.now() - startedAt)
    return tis.filter(({ key, queuedByJobId }) => (queuedByJobId === null ? !isOurs(key) : candidates.has(key)))
  }

  async adoptLaunchedTask(pod: Pod, candidates: TaskInstanceKeyMap<unknown>): Promise<boolean> {
    const { logger } = this.#options
    const record = projectPod(pod)
    const key = keyOfPod(record)
    if (!key || !candidates.has(key)) {
      logger.error('pod is of no task instance to be adopted', { pod: record.name, namespace: record.namespace })
      return false
    }
    const isAdopted = await this.#adopt(record, launchOfPod(record, key))
    if (isAdopted) candidates.delete(key)
    return isAdopted
  }

  /**
   * Disposes of ended pods of owners that are gone. Only after a while: an executor that lives, and was not named by
   * `aliveJobIds`, has dealt with its own by then. Pods whose outcome the store still waits for are left to adoption.
   */
  async adoptCompletedPods(signal?: AbortSignal): Promise<void> {
    const { config, pods, jobId, aliveJobIds, store, engine, clock, metrics } = this.#options
    const labelSelector = completedSelector(jobId, (await aliveJobIds?.()) ?? [], config.deployment)
    const records = await listPods(pods, config, { labelSelector, fieldSelector: 'status.phase=Succeeded' }, signal)
    const open = new TaskInstanceKeySet((await store.currentLaunches()).map(({ key }) => key))
    const before = clock.now() - config.orphanedTasksCheckInterval * 1000
    for (const record of records) {
      const key = keyOfPod(record)
      if (endedAt(record) > before || (key && (open.has(key) || engine.book.get(key)))) continue
      const action = podDisposal(record.pod, 'success', config)
      metrics.increment('davit_executor.adoptions', { result: 'completed' })
      engine.reaper.enqueue({ namespace: record.namespace, name: record.name, uid: record.uid, action })
    }
  }

  async clearNotLaunchedQueuedTasks(signal?: AbortSignal): Promise<void> {
    const { store, config, pods, isOurs, metrics, clock, jobId } = this.#options
    const startedAt = clock.now()
    const isForUs = ({ key, queue }: QueuedTaskInstance) =>
      !isOurs(key) && (config.kubernetesQueue === null || queue === undefined || queue === config.kubernetesQueue)
    const queued = (await store.queuedTaskInstances()).filter(isForUs)
    const owners = new Set(queued.map(({ queuedByJobId }) => queuedByJobId ?? jobId))
    const present = new TaskInstanceKeySet()
    for (const owner of owners) {
      const labelSelector = `kubernetes_executor=True,airflow-worker=${makeSafeLabelValue(owner)}`
      for (const record of await listPods(pods, config, { labelSelector }, signal)) {
        const key = keyOfPod(record)
        if (key) present.add(key)
      }
    }
    // A task may have been queued here while the pods were listed.
    const missing = queued.map(({ key }) => key).filter((key) => !present.has(key) && !isOurs(key))
    if (missing.length > 0) await store.requeue(missing)
    metrics.timing('kubernetes_executor.clear_not_launched_queued_tasks.duration', clock.now() - startedAt)
  }

  /** Takes away every pod of a task that is not in our book. */
  async revokeUnknown(key: TaskInstanceKey, ownerJobId: string): Promise<void> {
    const { config, pods, engine, metrics } = this.#options
    metrics.increment('davit_executor.revokes')
    const labelSelector = buildSelectorForK8sExecutorPod({ ...key, airflowWorker: ownerJobId })
    for (const record of await listPods(pods, config, { labelSelector })) engine.revokePod(launchOfPod(record, key))
  }

  /** Deletes kept failed pods of our deployment: of one job, or older than a time. */
  async reapKeptPods(which: { ofJob?: string; olderThanSeconds?: number; signal?: AbortSignal }): Promise<void> {
    const { config, pods, engine, clock } = this.#options
    const { ofJob, olderThanSeconds = 0, signal } = which
    const owner = ofJob === undefined ? '' : `,airflow-worker=${makeSafeLabelValue(ofJob)}`
    const labelSelector = `kubernetes_executor=True,davit-deployment=${config.deployment},airflow_executor_done=True${owner}`
    // The phase may come after the end of the containers, for which a pod was kept.
    const records = await listPods(pods, config, { labelSelector, fieldSelector: 'status.phase!=Succeeded' }, signal)
    const before = clock.now() - olderThanSeconds * 1000
    for (const record of records) {
      if (endingOf(record.pod)?.state !== 'failed') continue
      if (olderThanSeconds > 0 && endedAt(record) > before) continue
      engine.reaper.enqueue({ namespace: record.namespace, name: record.name, uid: record.uid, action: 'delete' })
    }
  }

  /** Puts our name on the pod, and follows it from then on. A refusal leaves it to the next adoption. */
  async #adopt(record: PodRecord, launch: Launch): Promise<boolean> {
    const { pods, jobId, metrics, clock, logger, engine, isOurs } = this.#options
    const labels = { 'airflow-worker': makeSafeLabelValue(jobId) }
    engine.tracker.hold(record.uid)
    try {
      const patch = { type: 'merge', patch: { metadata: { uid: record.uid, labels } } } as const
      const patched = await measuredCall(metrics, clock, 'pod_patching', () =>
        pods.patch(record.namespace, record.name, patch),
      )
      if (!isOurs(launch.key)) engine.adopt(launch, projectPod(patched), null)
      metrics.increment('davit_executor.adoptions', { result: 'adopted' })
      logger.info('pod adopted', { ...launch.key, launch: launch.id, pod: record.name, namespace: record.namespace })
      return true
    } catch (error) {
      metrics.increment('davit_executor.adoptions', { result: isNotFound(error) ? 'gone' : 'refused' })
      if (!isNotFound(error))
        logger.warn('pod not adopted', { ...launch.key, pod: record.name, namespace: record.namespace, error })
      return false
    } finally {
      engine.tracker.release(record.uid)
    }
  }
}
