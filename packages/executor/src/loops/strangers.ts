import type { ExecutorConfig } from '../config/executor-config.ts'
import { annotationsToKey } from '../pods/task-annotations.ts'
import type { LaunchBook } from './launch-book.ts'
import type { LaunchEntry } from './launch-entry.ts'
import type { PodRecord } from './pod-record.ts'
import type { Reaper } from './reaper.ts'

interface StrangersOptions {
  readonly book: LaunchBook
  readonly config: ExecutorConfig
  readonly reaper: Reaper
}

/**
 * Pods with our labels that are no launch's current pod. One of an earlier launch of a task that is ours is superseded and
 * goes (I2); so does one whose create was given up before it was answered. All others are left alone: they are of
 * tasks that were not adopted.
 */
export class Strangers {
  readonly #options: StrangersOptions
  /** Launches that were given up although their pod may have been created, by the pod's place. */
  readonly #expected = new Map<string, string>()

  constructor(options: StrangersOptions) {
    this.#options = options
  }

  /** The entry is given up, and its create may have been carried out. */
  expect({ launch }: LaunchEntry): void {
    if (launch && launch.uid === undefined) this.#expected.set(`${launch.namespace}/${launch.podName}`, launch.id)
  }

  see(record: PodRecord): void {
    const { reaper } = this.#options
    if (this.#isGivenUp(record) || this.#isSuperseded(record)) {
      reaper.enqueue({
        namespace: record.namespace,
        name: record.name,
        uid: record.uid,
        action: 'delete',
        isRevoked: true,
      })
    }
  }

  #isGivenUp({ namespace, name, pod }: PodRecord): boolean {
    const place = `${namespace}/${name}`
    const isIt = this.#expected.has(place) && this.#expected.get(place) === pod.metadata?.labels?.['davit-launch']
    if (isIt) this.#expected.delete(place)
    return isIt
  }

  #isSuperseded({ pod }: PodRecord): boolean {
    const { book, config } = this.#options
    const { labels, annotations } = pod.metadata ?? {}
    if (labels?.['davit-deployment'] !== config.deployment) return false
    const key = annotationsToKey(annotations)
    if (!key || key.runId === null) return false
    const entry = book.get({ ...key, runId: key.runId })
    const [tryNumber, number] = (annotations?.['davit-launch'] ?? '').split('-').map(Number)
    return (
      entry?.isRecorded === true && tryNumber === key.tryNumber && number !== undefined && number < entry.launchNumber
    )
  }
}
