import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import type { LaunchBook } from '../launch-book.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { Launch, LaunchStore } from '../launch-store.ts'
import { type Launcher, taskFields } from '../launching/launcher.ts'
import { leaveRoom } from '../launching/leave-room.ts'
import type { StoreWords } from '../store-words.ts'
import type { LeavingPods } from '../tracking/leaving-pods.ts'
import type { PodTracker } from '../tracking/pod-tracker.ts'
import type { Strangers } from '../tracking/strangers.ts'
import type { OutcomePipeline } from './outcome-pipeline.ts'
import type { Reaper } from './reaper.ts'

interface ReleasesOptions {
  readonly book: LaunchBook
  readonly store: LaunchStore
  readonly jobId: string
  readonly words: StoreWords
  readonly launcher: Launcher
  readonly tracker: PodTracker
  readonly strangers: Strangers
  readonly leaving: LeavingPods
  readonly outcomes: OutcomePipeline
  readonly reaper: Reaper
  readonly logger: Logger
  readonly metrics: Metrics
  readonly onReleased: (entry: LaunchEntry, reason: string) => void
}

/** What else is to be done about a launch that is let go. */
interface Release {
  /** @default true */
  readonly deletePod?: boolean
  /** The store has given the launch up already, or is not to. @default false */
  readonly isRevokedInStore?: boolean
}

/** Lets go of tasks without an outcome of ours. A pod goes only after its launch is given up in the store (I6). */
export class Releases {
  readonly #options: ReleasesOptions

  constructor(options: ReleasesOptions) {
    this.#options = options
  }

  /** A task that another executor answers for now: neither its pod nor the store is touched (I2). */
  letGo(entry: LaunchEntry, reason: string): void {
    const { store, metrics, words } = this.#options
    if (entry.phase === 'closed') return
    metrics.increment('davit_executor.stale_drops', { cause: 'owner' })
    // A memory of our own has nothing to tell others.
    if (store.isVolatile && entry.launch) words.revoke(entry.launch)
    this.release(entry, reason, { deletePod: false, isRevokedInStore: true })
  }

  release(entry: LaunchEntry, reason: string, { deletePod = true, isRevokedInStore = false }: Release = {}): void {
    const { book, launcher, tracker, strangers, leaving, words, logger, onReleased } = this.#options
    const { launch, phase } = entry
    if (phase === 'closed') return
    logger.info('task released', { ...taskFields(entry), error: reason })
    tracker.forget(entry)
    if (phase === 'waiting') launcher.remove(entry)
    book.close(entry)
    leaveRoom(entry, launcher)
    if (launch && entry.mayBeRecorded) {
      if (entry.sentPod && deletePod) strangers.expect(launch)
      if (deletePod) leaving.add(launch, entry.record)
      if (isRevokedInStore) this.#dispose(entry, launch, deletePod)
      else words.revoke(launch, (isOurs) => this.#dispose(entry, launch, deletePod && isOurs))
    }
    onReleased(entry, reason)
  }

  /** The pod of a task that is not in the book. */
  releasePod(launch: Launch): void {
    const { words, jobId } = this.#options
    words.revoke({ owner: jobId, ...launch }, (isOurs) => {
      if (isOurs) this.#reap(launch)
    })
  }

  /** The launch is given up in the store, or another executor's by now: its pod goes, or is left alone. */
  #dispose(entry: LaunchEntry, launch: Launch, mayGo: boolean): void {
    const { strangers, leaving, outcomes } = this.#options
    if (!mayGo) {
      strangers.forget(launch)
      leaving.forget(launch)
    } else if (!launch.uid) strangers.allow(launch)
    else if (entry.wasRunning) outcomes.farewell(launch, () => this.#reap(launch))
    else this.#reap(launch)
  }

  #reap({ namespace, podName: name, uid }: Launch): void {
    if (uid) this.#options.reaper.enqueue({ namespace, name, uid, action: 'delete', isRevoked: true })
  }
}
