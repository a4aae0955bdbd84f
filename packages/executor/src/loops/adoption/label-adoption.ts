import { inBatches } from '../../in-batches.ts'
import { isNotFound } from '../../kube/status-predicates.ts'
import { OWNER_LABEL } from '../../pods/identity-marks.ts'
import { makeSafeLabelValue } from '../../pods/safe-label-value.ts'
import type { TaskInstanceKey } from '../../tasks/task-instance-key.ts'
import type { TaskInstanceKeyMap } from '../../tasks/task-instance-key-map.ts'
import { TaskInstanceKeySet } from '../../tasks/task-instance-key-set.ts'
import { concurrently } from '../concurrently.ts'
import type { Launch } from '../launch-store.ts'
import { measuredCall } from '../measured-call.ts'
import { podDisposal } from '../outcomes/pod-disposal.ts'
import { referenceTo } from '../outcomes/reaper.ts'
import { keyOfPod, launchOfPod } from '../tracking/launch-of-pod.ts'
import { type PodRecord, projectPod } from '../tracking/pod-record.ts'
import { type AdoptableTaskInstance, listPods, ownedSelector, sortCandidates } from './adoption.ts'
import { ADOPTION_CONCURRENCY, type AdoptionContext } from './adoption-context.ts'
import { completedSelector, endedAt } from './completed-pods.ts'
import { findLaunchPod } from './find-launch-pod.ts'

/** Airflow's way: the label `airflow-worker` says whose a pod is, and adopting is to put our name on it. */
export class LabelAdoption {
  readonly #context: AdoptionContext

  constructor(context: AdoptionContext) {
    this.#context = context
  }

  /** One list a scope for each owner, then one patch a pod. Takes the adopted out of the candidates. */
  async adopt(candidates: TaskInstanceKeyMap<AdoptableTaskInstance>): Promise<void> {
    const { config, pods, engine, store, logger } = this.#context
    const owners = new Set([...candidates.values()].map(({ queuedByJobId }) => String(queuedByJobId)))
    const lists = await Promise.all(
      [...owners].map((owner) => listPods(pods, config, { labelSelector: ownedSelector(owner) })),
    )
    // Read after the lists: each launch was recorded before its pod was created.
    const launches: Launch[] = []
    for await (const batch of inBatches(await store.currentLaunches()))
      launches.push(...batch.filter(({ key }) => candidates.has(key)))
    const isCandidate = (key: TaskInstanceKey) => candidates.has(key)
    const sorted = await sortCandidates(lists.flat(), isCandidate, launches, { deployment: config.deployment, logger })
    await concurrently(sorted.current, ADOPTION_CONCURRENCY, async ({ record, launch }) => {
      if (await this.adoptPod(record, launch)) candidates.delete(launch.key)
    })
    for (const record of sorted.superseded) {
      engine.reaper.enqueue({ ...referenceTo(record), action: 'delete', isRevoked: true })
    }
    if (store.isVolatile) return
    const listed = new TaskInstanceKeySet()
    for await (const batch of inBatches(sorted.current)) for (const { launch } of batch) listed.add(launch.key)
    const unseen: Launch[] = []
    for await (const batch of inBatches(launches)) unseen.push(...batch.filter(({ key }) => !listed.has(key)))
    await concurrently(unseen, ADOPTION_CONCURRENCY, async (launch) => {
      if (await this.#adoptUnseen(launch)) candidates.delete(launch.key)
    })
  }

  async adoptLaunchedTask(record: PodRecord, key: TaskInstanceKey): Promise<boolean> {
    return this.adoptPod(record, launchOfPod(record, key))
  }

  /**
   * Puts our name on the pod, and follows it from then on. A refusal leaves it to the next adoption. One whose end was
   * recorded meanwhile, and which we dispose of already, is not followed: nothing would be told of it any more.
   */
  async adoptPod(record: PodRecord, launch: Launch): Promise<boolean> {
    const { pods, jobId, metrics, clock, logger, engine, isOurs } = this.#context
    const labels = { [OWNER_LABEL]: makeSafeLabelValue(jobId) }
    engine.tracker.hold(record.uid)
    try {
      const patch = { type: 'merge', patch: { metadata: { uid: record.uid, labels } } } as const
      const patched = await measuredCall(metrics, clock, 'pod_patching', () =>
        pods.patch(record.namespace, record.name, patch),
      )
      if (engine.isAccounted(record.uid)) {
        metrics.increment('davit_executor.adoptions', { result: 'completed' })
        return true
      }
      // The store has still to be told that this pod is ours.
      const { uid: _, ...unbound } = launch
      if (!isOurs(launch.key)) engine.adopt({ ...unbound, owner: jobId }, projectPod(patched))
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

  /**
   * Disposes of ended pods of owners that are gone. Only after a while: an executor that lives, and was not named by
   * `aliveJobIds`, has dealt with its own by then. Pods whose outcome the store still waits for are left to adoption.
   */
  async adoptCompletedPods(signal?: AbortSignal): Promise<void> {
    const { config, pods, jobId, aliveJobIds, store, engine, clock, metrics } = this.#context
    const labelSelector = completedSelector(jobId, (await aliveJobIds?.()) ?? [], config.deployment)
    const records = await listPods(pods, config, { labelSelector, fieldSelector: 'status.phase=Succeeded' }, signal)
    const open = new TaskInstanceKeySet((await store.currentLaunches()).map(({ key }) => key))
    const before = clock.now() - config.orphanedTasksCheckInterval * 1000
    for (const record of records) {
      const key = keyOfPod(record)
      if (endedAt(record) > before || (key && (open.has(key) || engine.book.get(key)))) continue
      const action = podDisposal(record, 'success', config)
      metrics.increment('davit_executor.adoptions', { result: 'completed' })
      engine.reaper.enqueue({ ...referenceTo(record), action })
    }
  }

  /**
   * A launch that the store holds, and no owner's list had: its pod was created only just now, bears the name of a third
   * owner, or is gone. One that was bound may have run, so that it must not be launched again: its end is unknown.
   */
  async #adoptUnseen(launch: Launch): Promise<boolean> {
    const { pods, config, engine, jobId, isOurs } = this.#context
    const record = await findLaunchPod(pods, launch, config)
    if (record) return this.adoptPod(record, launch)
    if (launch.uid === undefined) return false
    if (!isOurs(launch.key)) engine.adopt({ ...launch, owner: jobId }, null)
    return true
  }
}
