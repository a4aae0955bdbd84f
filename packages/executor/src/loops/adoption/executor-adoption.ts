import { inBatches } from '../../in-batches.ts'
import type { Pod } from '../../kube/types.ts'
import type { TaskInstanceKey } from '../../tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from '../../tasks/task-instance-key-map.ts'
import { TaskInstanceKeySet } from '../../tasks/task-instance-key-set.ts'
import type { QueuedTaskInstance } from '../launch-store.ts'
import { referenceTo } from '../outcomes/reaper.ts'
import { keyOfPod, launchOfPod } from '../tracking/launch-of-pod.ts'
import { endingOf } from '../tracking/pod-ending.ts'
import { projectPod } from '../tracking/pod-record.ts'
import { DONE_TERM, deploymentTerm, jobTerm, ownerTerm, TASK_TERM } from '../tracking/selector-terms.ts'
import { type AdoptableTaskInstance, listPods, taskSelector } from './adoption.ts'
import type { AdoptionContext } from './adoption-context.ts'
import { endedAt } from './completed-pods.ts'
import { LabelAdoption } from './label-adoption.ts'
import { LeaseAdoption } from './lease-adoption.ts'

/** Pods of other owners, and pods that nobody answers for: adoption in both modes, and the cleaning up around it. */
export class ExecutorAdoption {
  readonly #options: AdoptionContext
  readonly #mode: LabelAdoption | LeaseAdoption

  constructor(options: AdoptionContext) {
    this.#options = options
    const { leases } = options.store
    const hasLeases = options.config.adoption === 'lease' && leases
    this.#mode = hasLeases ? new LeaseAdoption(options, leases) : new LabelAdoption(options)
  }

  /** Resolves to those not adopted, in their order. */
  async tryAdoptTaskInstances<T extends AdoptableTaskInstance>(tis: readonly T[]): Promise<T[]> {
    const { metrics, clock, isOurs } = this.#options
    const startedAt = clock.now()
    const candidates = new TaskInstanceKeyMap<T>()
    for await (const batch of inBatches(tis)) {
      for (const ti of batch) if (ti.queuedByJobId !== null && !isOurs(ti.key)) candidates.set(ti.key, ti)
    }
    if (candidates.size > 0) await this.#mode.adopt(candidates)
    metrics.timing('kubernetes_executor.adopt_task_instances.duration', clock.now() - startedAt)
    const isLeft = ({ key, queuedByJobId }: T) => (queuedByJobId === null ? !isOurs(key) : candidates.has(key))
    const left: T[] = []
    for await (const batch of inBatches(tis)) left.push(...batch.filter(isLeft))
    return left
  }

  async adoptLaunchedTask(pod: Pod, candidates: TaskInstanceKeyMap<unknown>): Promise<boolean> {
    const { logger } = this.#options
    const record = projectPod(pod)
    const key = keyOfPod(record)
    if (!key || !candidates.has(key)) {
      logger.error('pod is of no task instance to be adopted', { pod: record.name, namespace: record.namespace })
      return false
    }
    const isAdopted = await this.#mode.adoptLaunchedTask(record, key)
    if (isAdopted) candidates.delete(key)
    return isAdopted
  }

  /** Disposes of ended pods that nobody answers for any more. */
  async adoptCompletedPods(signal?: AbortSignal): Promise<void> {
    await this.#mode.adoptCompletedPods(signal)
  }

  /**
   * Of the task instances that this job, or nobody, has queued, those that are neither here nor have a pod. What another
   * job has queued is that one's, or is adopted (Airflow to 2.4 launched it twice).
   */
  async clearNotLaunchedQueuedTasks(signal?: AbortSignal): Promise<void> {
    const { store, config, pods, isOurs, metrics, clock, jobId } = this.#options
    const startedAt = clock.now()
    const isForUs = ({ key, queue, queuedByJobId: owner }: QueuedTaskInstance) =>
      (owner === null || owner === jobId) &&
      !isOurs(key) &&
      (config.kubernetesQueue === null || queue === undefined || queue === config.kubernetesQueue)
    const queued = (await store.queuedTaskInstances()).filter(isForUs)
    if (queued.length > 0) {
      const labelSelector = `${TASK_TERM},${ownerTerm(config, jobId)}`
      const records = await listPods(pods, config, { labelSelector }, signal)
      const present = new TaskInstanceKeySet(records.flatMap((record) => keyOfPod(record) ?? []))
      // A pod that was bound and is gone may have run: that is for adoption to tell.
      for (const { key, uid } of await store.currentLaunches()) if (uid !== undefined) present.add(key)
      // A task may have been queued here while the pods were listed.
      const missing = queued.map(({ key }) => key).filter((key) => !present.has(key) && !isOurs(key))
      if (missing.length > 0) await store.requeue(missing)
    }
    metrics.timing('kubernetes_executor.clear_not_launched_queued_tasks.duration', clock.now() - startedAt)
  }

  /** Takes away every pod of a task that is not in our book. By lease: unless its owner lives, and has to do it. */
  async revokeUnknown(key: TaskInstanceKey, ownerJobId: string): Promise<void> {
    const { config, pods, engine, metrics, store, jobId } = this.#options
    metrics.increment('davit_executor.revokes')
    if (config.adoption === 'lease') await store.leases?.takeOver(jobId, [key])
    const records = await listPods(pods, config, { labelSelector: taskSelector(config, key, ownerJobId) })
    // Queued anew while the answer was waited for, for the same try: these pods are its launch's.
    if (engine.book.get(key)) return
    for (const record of records) engine.revokePod(launchOfPod(record, key))
  }

  /** Deletes kept failed pods of our deployment: of one job, or older than a time. */
  async reapKeptPods(which: { ofJob?: string; olderThanSeconds?: number; signal?: AbortSignal }): Promise<void> {
    const { config, pods, engine, clock } = this.#options
    const { ofJob, olderThanSeconds = 0, signal } = which
    const owner = ofJob === undefined ? [] : [jobTerm(ofJob)]
    const labelSelector = [TASK_TERM, deploymentTerm(config.deployment), DONE_TERM, ...owner].join()
    // The phase may come after the end of the containers, for which a pod was kept.
    const records = await listPods(pods, config, { labelSelector, fieldSelector: 'status.phase!=Succeeded' }, signal)
    const before = clock.now() - olderThanSeconds * 1000
    for (const record of records) {
      if (endingOf(record)?.state !== 'failed') continue
      if (olderThanSeconds > 0 && endedAt(record) > before) continue
      engine.reaper.enqueue({ ...referenceTo(record), action: 'delete' })
    }
  }
}
