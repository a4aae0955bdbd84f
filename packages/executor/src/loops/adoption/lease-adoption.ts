import { sleep } from '../../clock.ts'
import { ExecutorError } from '../../errors.ts'
import { inBatches } from '../../in-batches.ts'
import { hasOutcomeFinalizer } from '../../pods/protocol-marks.ts'
import type { TaskInstanceKey } from '../../tasks/task-instance-key.ts'
import type { TaskInstanceKeyMap } from '../../tasks/task-instance-key-map.ts'
import { concurrently } from '../concurrently.ts'
import type { Launch, LaunchLeases } from '../launch-store.ts'
import { podDisposal } from '../outcomes/pod-disposal.ts'
import { referenceTo } from '../outcomes/reaper.ts'
import { deploymentOf, launchIdOf } from '../tracking/launch-of-pod.ts'
import { endingOf, hasEnded } from '../tracking/pod-ending.ts'
import type { PodRecord } from '../tracking/pod-record.ts'
import type { AdoptableTaskInstance } from './adoption.ts'
import { ADOPTION_CONCURRENCY, type AdoptionContext } from './adoption-context.ts'
import { endedAt } from './completed-pods.ts'
import { findLaunchPod, isPodOfLaunch } from './find-launch-pod.ts'

/** So long an owner may take to dispose of a pod whose launch it has given up. */
const FAREWELL_MS = 10_000

/**
 * Ownership by lease: the store says whose a launch is, and adopting a hundred is one transaction there. Our watch shows the pods of
 * the whole deployment already, so that none is listed, and none is patched.
 */
export class LeaseAdoption {
  readonly #context: AdoptionContext
  readonly #leases: LaunchLeases

  constructor(context: AdoptionContext, leases: LaunchLeases) {
    this.#context = context
    this.#leases = leases
  }

  /** Takes the adopted out of the candidates. */
  async adopt(candidates: TaskInstanceKeyMap<AdoptableTaskInstance>): Promise<void> {
    const { cache, jobId, config } = this.#context
    await this.#untilSynced()
    const unbound: Launch[] = []
    for await (const keys of inBatches([...candidates.keys()])) {
      for (const launch of await this.#leases.takeOver(jobId, keys)) {
        const record = cache.record(launch.namespace, launch.podName)
        if (record && isPodOfLaunch(record, launch, config.deployment)) this.#adopt(launch, record)
        // Its pod was there and may have run: the task must not be launched again, whatever has become of it.
        else if (launch.uid !== undefined) this.#adopt(launch, null)
        else {
          unbound.push(launch)
          continue
        }
        candidates.delete(launch.key)
      }
    }
    await concurrently(unbound, ADOPTION_CONCURRENCY, async (launch) => {
      if (await this.#adoptUnbound(launch)) candidates.delete(launch.key)
    })
  }

  async adoptLaunchedTask(record: PodRecord, key: TaskInstanceKey): Promise<boolean> {
    const { jobId, config } = this.#context
    const [launch] = await this.#leases.takeOver(jobId, [key])
    if (!launch || !isPodOfLaunch(record, launch, config.deployment)) return false
    this.#adopt(launch, record)
    return true
  }

  /**
   * Disposes of pods whose launch is over in the store, and which nobody has disposed of: their owner died after the commit,
   * or a create was carried out after its launch was given up.
   */
  async adoptCompletedPods(signal?: AbortSignal): Promise<void> {
    const { clock } = this.#context
    const found = await this.#unanswered()
    if (found.length === 0) return
    await sleep(clock, FAREWELL_MS, signal)
    if (signal?.aborted) return
    const still = new Set((await this.#unanswered()).map(({ uid }) => uid))
    for (const record of found) if (still.has(record.uid)) this.#dispose(record)
  }

  async #unanswered(): Promise<readonly PodRecord[]> {
    const { cache, config, clock, engine } = this.#context
    const before = clock.now() - config.orphanedTasksCheckInterval * 1000
    const seen = [...cache.records()].filter(
      (record) =>
        deploymentOf(record) === config.deployment &&
        (record.metadata.deletionTimestamp === undefined || hasOutcomeFinalizer(record)) &&
        !engine.book.ofPod(record.namespace, record.name) &&
        !engine.reaper.isPending(record.uid) &&
        // Who committed the end disposes of the pod; that may have to wait for the API server.
        (!hasEnded(record) || endedAt(record) < before),
    )
    // A launch that the store never recorded is of another store: it is left alone.
    const closed = new Set(await this.#leases.closed(seen.map(launchIdOf)))
    return seen.filter((record) => closed.has(launchIdOf(record)))
  }

  #dispose(record: PodRecord): void {
    const { namespace, name } = record
    const { engine, metrics, config, logger } = this.#context
    const ending = endingOf(record)
    const action = ending ? podDisposal(record, ending.state, config) : 'delete'
    logger.warn('pod of a launch that is over', {
      namespace,
      pod: name,
      launch: launchIdOf(record),
    })
    metrics.increment('davit_executor.adoptions', { result: 'completed' })
    engine.reaper.enqueue({ ...referenceTo(record), action, ...(ending ? {} : { isRevoked: true }) })
  }

  /** Nobody has heard of its pod: it may have been created only just now. */
  async #adoptUnbound(launch: Launch): Promise<boolean> {
    const { pods, config, logger } = this.#context
    try {
      const record = await findLaunchPod(pods, launch, config)
      if (record) this.#adopt(launch, record)
      return record !== null
    } catch (error) {
      // Its try is claimed anew, and the create repeated, which finds the pod (I1).
      logger.warn('pod cannot be looked for', { ...launch.key, launch: launch.id, pod: launch.podName, error })
      return false
    }
  }

  #adopt(launch: Launch, record: PodRecord | null): void {
    const { engine, isOurs, metrics, logger } = this.#context
    if (isOurs(launch.key)) return
    engine.adopt(launch, record)
    metrics.increment('davit_executor.adoptions', { result: record ? 'adopted' : 'gone' })
    logger.info('launch taken over', {
      ...launch.key,
      launch: launch.id,
      pod: launch.podName,
      namespace: launch.namespace,
    })
  }

  async #untilSynced(): Promise<void> {
    const { cache, clock, config } = this.#context
    const over = new AbortController()
    const overdue = sleep(clock, config.listTimeoutSeconds * 1000, over.signal)
    const isSynced = await Promise.race([cache.synced(), overdue.then(() => null)])
    over.abort()
    if (isSynced) return
    const why = isSynced === null ? `were not listed within ${config.listTimeoutSeconds} s` : 'are not watched any more'
    throw new ExecutorError('EXECUTOR_STATE', `nothing can be adopted: the pods of the deployment ${why}; try again`)
  }
}
