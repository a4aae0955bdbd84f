import { type Clock, steadyClock } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { Pod } from '../../kube/types.ts'
import { launchNames } from '../../pods/launch-name.ts'
import { taskInstanceKeyText } from '../../tasks/task-instance-key.ts'
import type { LaunchBook } from '../launch-book.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { Launch, LaunchStore, RecordedLaunch } from '../launch-store.ts'
import { type LaunchPodBuilder, withMainEnv } from './launch-pod-builder.ts'

type RefusedLaunch = Extract<RecordedLaunch, { readonly recorded: false }>

/** Whoever takes over waits longer; leases that are shorter than usual make it less. */
const MAX_FRESH_MS = 10_000

interface LaunchPreparationOptions {
  readonly clock: Clock
  readonly config: ExecutorConfig
  /** Answers for the launches. */
  readonly jobId: string
  readonly store: LaunchStore
  readonly book: LaunchBook
  readonly builder: LaunchPodBuilder
  /** The launch that this one replaces is superseded in the store. */
  readonly onSuperseded: (entry: LaunchEntry) => void
  /** The store does not want the launch: the task instance is no longer queued for this try. */
  readonly onUnwanted: (entry: LaunchEntry, answer: RefusedLaunch) => void
  /** Recorded although the task was let go meanwhile. */
  readonly onRecordedTooLate: (launch: Launch) => void
}

/** What comes before a create: the name, the pod, and the record in the store (I1). */
export class LaunchPreparation {
  readonly #options: LaunchPreparationOptions
  /**
   * For so long from its question the store's word is good: before a create after a longer wait it is asked again whether
   * the task is still ours, and queued for this try. An answer that finds the process standing still may be older than a
   * takeover. Airflow asks before each create.
   */
  readonly #freshMs: number

  constructor(options: LaunchPreparationOptions) {
    this.#options = options
    this.#freshMs = Math.min(MAX_FRESH_MS, (options.config.leaseSeconds * 1000) / 3)
  }

  /** The entry's current launch, which its number decides. */
  launchOf(entry: LaunchEntry): Launch {
    const name = { deployment: this.#options.config.deployment, key: entry.key, number: entry.launchNumber }
    const { podName, launchId } = launchNames(name)
    return {
      id: launchId,
      key: entry.key,
      number: entry.launchNumber,
      podName,
      namespace: entry.namespace,
      owner: this.#options.jobId,
    }
  }

  /** The pod to be sent, which stays the same however often it is sent; null when the task is not ours any more. */
  async prepare(entry: LaunchEntry): Promise<Pod | null> {
    const { builder, book, clock } = this.#options
    if (entry.sentPod) {
      const isFresh = entry.isRecorded && steadyClock(clock).now() - entry.recordAskedAt < this.#freshMs
      return isFresh || (await this.record(entry)) ? entry.sentPod : null
    }
    const { key, args, wishes } = entry
    if (!args || !wishes) throw new Error(`task ${taskInstanceKeyText(key)} has no workload to launch`)
    const launch = this.launchOf(entry)
    entry.launch ??= launch
    const pod = await builder.build({ key, args, ...wishes }, entry.launchNumber)
    if (entry.phase !== 'creating') return null
    entry.namespace = pod.metadata?.namespace ?? entry.namespace
    book.unindex(entry)
    entry.launch = { ...launch, namespace: entry.namespace }
    book.index(entry)
    const env = await this.record(entry)
    return env && withMainEnv(pod, env)
  }

  /** Records the launch; the values for the main container's environment, or null when nothing may be created. */
  async record(entry: LaunchEntry): Promise<Readonly<Record<string, string>> | null> {
    const { onSuperseded, onUnwanted, onRecordedTooLate } = this.#options
    const launch = entry.launch ?? this.launchOf(entry)
    entry.launch = launch
    entry.mayBeRecorded = true
    const askedAt = steadyClock(this.#options.clock).now()
    const answer = await this.#ask(entry, launch)
    if (!answer.recorded) {
      // Not wanted means given up: whatever pod the earlier launch left counts for nothing.
      if (!answer.takenOver) onSuperseded(entry)
      onUnwanted(entry, answer)
      return null
    }
    if (entry.phase === 'closed') {
      onRecordedTooLate(launch)
      return null
    }
    entry.isRecorded = true
    entry.recordAskedAt = askedAt
    onSuperseded(entry)
    return answer.env
  }

  async #ask(entry: LaunchEntry, launch: Launch): Promise<RecordedLaunch> {
    const { store, onRecordedTooLate } = this.#options
    const { supersedes } = entry
    try {
      return await store.recordLaunch({
        launch,
        ...(supersedes && { supersedes: { launchId: supersedes.launchId, failure: supersedes.failure } }),
      })
    } catch (error) {
      // It may have been recorded all the same.
      if (entry.phase === 'closed') onRecordedTooLate(launch)
      throw error
    }
  }
}
