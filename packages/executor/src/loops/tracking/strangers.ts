import type { ExecutorConfig } from '../../config/executor-config.ts'
import { launchNumber } from '../../pods/launch-name.ts'
import { PlaceMap } from '../../watch/place-map.ts'
import type { LaunchBook } from '../launch-book.ts'
import type { Launch } from '../launch-store.ts'
import { type Reaper, referenceTo } from '../outcomes/reaper.ts'
import { deploymentOf, keyOfPod, launchIdOf } from './launch-of-pod.ts'
import type { PodRecord } from './pod-record.ts'

interface StrangersOptions {
  readonly book: LaunchBook
  readonly config: ExecutorConfig
  readonly reaper: Reaper
}

/** A pod that may appear of a launch that was given up before its create was answered. */
interface Expected {
  readonly launchId: string
  /** The store knows that the launch is given up, or failed. */
  mayGo: boolean
  seen: PodRecord | null
}

/**
 * Pods with our labels that are no launch's current pod. One of an earlier launch of a task that is ours is superseded and
 * goes (I2); so does one whose create was given up before it was answered, once the store knows (I6). All others are left
 * alone: they are of tasks that were not adopted.
 */
export class Strangers {
  readonly #options: StrangersOptions
  /** By the pod's place. */
  readonly #expected = new PlaceMap<Expected>()

  constructor(options: StrangersOptions) {
    this.#options = options
  }

  /** The launch is given up, and its create may have been carried out. */
  expect(launch: Launch): void {
    if (launch.uid === undefined)
      this.#expected.set(launch.namespace, launch.podName, { launchId: launch.id, mayGo: false, seen: null })
  }

  /** The store knows of it: the pod may go. */
  allow(launch: Launch): void {
    const expected = this.#expectedOf(launch)
    if (!expected) return
    expected.mayGo = true
    if (expected.seen) this.#remove(launch, expected.seen)
  }

  /** Another executor answers for the launch: its pod is that one's. */
  forget(launch: Launch): void {
    if (this.#expectedOf(launch)) this.#expected.delete(launch.namespace, launch.podName)
  }

  see(record: PodRecord): void {
    const expected = this.#expected.get(record.namespace, record.name)
    if (expected && expected.launchId === launchIdOf(record)) {
      if (expected.mayGo) this.#remove({ namespace: record.namespace, podName: record.name }, record)
      else expected.seen = record
    } else if (this.#isSuperseded(record)) this.#reap(record)
  }

  #expectedOf({ namespace, podName, id }: Launch): Expected | undefined {
    const expected = this.#expected.get(namespace, podName)
    return expected?.launchId === id ? expected : undefined
  }

  #remove({ namespace, podName }: Pick<Launch, 'namespace' | 'podName'>, record: PodRecord): void {
    this.#expected.delete(namespace, podName)
    this.#reap(record)
  }

  #reap(record: PodRecord): void {
    this.#options.reaper.enqueue({ ...referenceTo(record), action: 'delete', isRevoked: true })
  }

  #isSuperseded(record: PodRecord): boolean {
    const { book, config } = this.#options
    if (deploymentOf(record) !== config.deployment) return false
    const key = keyOfPod(record)
    const entry = key && book.get(key)
    if (!entry?.isRecorded) return false
    const id = launchIdOf(record)
    const number = launchNumber(id)
    return id.startsWith(`${key?.tryNumber}-`) && number !== null && number < entry.launchNumber
  }
}
