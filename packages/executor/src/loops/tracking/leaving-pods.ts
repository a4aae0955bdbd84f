import type { Clock } from '../../clock.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import { isNotFound } from '../../kube/status-predicates.ts'
import type { Logger } from '../../logger.ts'
import type { Notice } from '../../watch/notice.ts'
import { Deadlines } from '../deadlines.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { Launch } from '../launch-store.ts'
import { WorkQueue } from '../work-queue.ts'
import { leavingReason, willNeverRun } from './leaving-pod.ts'
import { hasEnded } from './pod-ending.ts'
import { type PodRecord, projectPod } from './pod-record.ts'

interface LeavingPod {
  readonly launch: Launch
  record: PodRecord | null
}

interface LeavingPodsOptions {
  readonly pods: PodVerbs
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** The entry's task has no pod any more: it may be launched. */
  readonly onFree: (entry: LaunchEntry) => void
}

/** A watch may never have shown the pod; while somebody waits for it, it is asked for. */
const LOOK_MS = 15_000

/**
 * Pods that were given up while they might still run: pending for too long, or revoked. The next try of the same task
 * waits until they are seen gone, so that no two pods of a task run side by side, however long a deletion takes.
 */
export class LeavingPods {
  readonly #options: LeavingPodsOptions
  /** By task, then by uid. */
  readonly #leaving = new Map<string, Map<string, LeavingPod>>()
  readonly #tasks = new Map<string, string>()
  readonly #waiting = new Map<string, Set<LaunchEntry>>()
  /** Tasks whose pods are to be asked for. */
  readonly #due: Deadlines<string>
  readonly #looks: WorkQueue<LeavingPod>

  constructor(options: LeavingPodsOptions) {
    const { clock, random, logger } = options
    this.#options = options
    this.#due = new Deadlines(clock, (task) => this.#lookAt(task))
    this.#looks = new WorkQueue<LeavingPod>({
      concurrency: 4,
      clock,
      random,
      work: (pod, signal) => this.#look(pod, signal),
      onError: ({ launch }, error, delayMs) => {
        logger.warn('pod cannot be looked at yet', { namespace: launch.namespace, pod: launch.podName, error, delayMs })
        return true
      },
    })
  }

  /** The pod is to be deleted, and has not ended. */
  add(launch: Launch, record: PodRecord | null): void {
    const { uid } = launch
    if (uid === undefined || (record && isOver(record))) return
    const task = taskOf(launch)
    const pods = this.#leaving.get(task) ?? new Map<string, LeavingPod>()
    this.#leaving.set(task, pods.set(uid, { launch, record }))
    this.#tasks.set(uid, task)
  }

  /** One notice of a watch. */
  notice(notice: Notice<PodRecord>): void {
    if (notice.type === 'LISTED') return
    const { record } = notice
    const pod = this.#leaving.get(this.#tasks.get(record.uid) ?? '')?.get(record.uid)
    if (!pod) return
    pod.record = record
    if (notice.type === 'DELETED' || isOver(record)) this.#gone(record.uid)
  }

  /** The pod is another executor's, and not ours to wait for. */
  forget({ uid }: Launch): void {
    if (uid !== undefined) this.#gone(uid)
  }

  idle(): Promise<void> {
    return this.#looks.idle()
  }

  async stop(): Promise<void> {
    this.#due.stop()
    await this.#looks.stop()
  }

  /** True: the entry waits for an earlier pod of its task, and is told by `onFree`. */
  hold(entry: LaunchEntry): boolean {
    const task = taskOf(entry)
    if (!this.#leaving.has(task)) return false
    const waiting = this.#waiting.get(task) ?? new Set<LaunchEntry>()
    this.#waiting.set(task, waiting.add(entry))
    this.#due.set(task, this.#options.clock.now() + LOOK_MS)
    return true
  }

  /** Why the entry waits, for people; null when it does not wait here. */
  waitingReason(entry: LaunchEntry, now: number): string | null {
    const task = taskOf(entry)
    if (!this.#waiting.get(task)?.has(entry)) return null
    const [pod] = this.#leaving.get(task)?.values() ?? []
    if (!pod) return null
    const { namespace, podName } = pod.launch
    const why = pod.record && leavingReason(pod.record, now)
    return `an earlier pod of the task must go first: ${why ?? `${namespace}/${podName} is being deleted`}`
  }

  #lookAt(task: string): void {
    const pods = this.#leaving.get(task)
    if (!pods) return
    for (const pod of pods.values()) this.#looks.push(pod)
    this.#due.set(task, this.#options.clock.now() + LOOK_MS)
  }

  async #look(leaving: LeavingPod, signal: AbortSignal): Promise<void> {
    const { namespace, podName, uid = '' } = leaving.launch
    if (!this.#tasks.has(uid)) return
    try {
      const pod = await this.#options.pods.get(namespace, podName, { signal })
      leaving.record = projectPod(pod)
      if (leaving.record.uid !== uid || isOver(leaving.record)) this.#gone(uid)
    } catch (error) {
      if (!isNotFound(error)) throw error
      this.#gone(uid)
    }
  }

  #gone(uid: string): void {
    const task = this.#tasks.get(uid)
    if (task === undefined) return
    this.#tasks.delete(uid)
    const pods = this.#leaving.get(task)
    pods?.delete(uid)
    if (pods && pods.size > 0) return
    this.#leaving.delete(task)
    this.#due.clear(task)
    const waiting = this.#waiting.get(task) ?? []
    this.#waiting.delete(task)
    for (const entry of waiting) if (entry.phase === 'waiting') this.#options.onFree(entry)
  }
}

/** All tries of a task instance are one task here. */
function taskOf({ key: { dagId, taskId, runId, mapIndex } }: Pick<Launch, 'key'>): string {
  return JSON.stringify([dagId, taskId, runId, mapIndex])
}

function isOver(record: PodRecord): boolean {
  return hasEnded(record) || willNeverRun(record)
}
