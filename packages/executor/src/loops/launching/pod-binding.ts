import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import { boundLaunch } from '../bound-launch.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { Launch, LaunchStore } from '../launch-store.ts'
import type { Reaper } from '../outcomes/reaper.ts'
import type { StoreWords } from '../store-words.ts'
import type { PodRecord } from '../tracking/pod-record.ts'
import type { LaunchGates } from './launch-gates.ts'
import { type Launcher, taskFields } from './launcher.ts'

interface PodBindingOptions {
  readonly store: LaunchStore
  readonly words: StoreWords
  readonly launcher: Launcher
  readonly gates: LaunchGates
  readonly reaper: Reaper
  readonly logger: Logger
  readonly metrics: Metrics
  /** Another executor answers for the launch. */
  readonly onTakenOver: (entry: LaunchEntry) => void
  /** The store does not take this pod for the launch. */
  readonly onRefused: (entry: LaunchEntry) => void
  /** Not the second pod of its launch after all. */
  readonly onStranger: (record: PodRecord) => void
}

/** Binds each launch to its pod, here and in the store, and accepts no second one (I2). */
export class PodBinding {
  readonly #options: PodBindingOptions

  constructor(options: PodBindingOptions) {
    this.#options = options
  }

  bind(entry: LaunchEntry, uid: string): void {
    const { store, words, launcher, gates, logger, metrics, onTakenOver, onRefused } = this.#options
    if (!entry.launch) return
    if (entry.phase === 'waiting') launcher.remove(entry)
    const isBound = entry.launch.uid === uid
    entry.launch = boundLaunch(entry.launch, uid)
    entry.phase = 'live'
    entry.refusal = null
    entry.sentPod = null
    entry.timeline?.look(entry)
    const { launch } = entry
    // Taken over with its pod: the store knows it.
    if (isBound) {
      gates.bound(entry)
      return
    }
    words.insist(async () => {
      const answer = await store.bindPod(launch, uid)
      if (answer === true) return gates.bound(entry)
      if (answer === 'takenOver') {
        if (entry.launch === launch) onTakenOver(entry)
        return
      }
      logger.warn('pod refused by the store', taskFields(entry))
      metrics.increment('davit_executor.stale_drops', { cause: 'pod' })
      if (entry.launch === launch) onRefused(entry)
    })
  }

  /**
   * A second pod of a launch that is bound to another: the first one came of a create that was sent before, and was taken
   * away by somebody else while this one was on its way. It goes, once the store says that it is the second.
   */
  refuse(second: PodRecord, launch: Launch): void {
    const { store, words, reaper, logger, metrics, onStranger } = this.#options
    const { uid } = launch
    if (uid === undefined) return
    words.insist(async () => {
      if ((await store.bindPod(launch, uid)) !== true) {
        onStranger(second)
        return
      }
      const { namespace, name } = second
      logger.warn('second pod of a launch', { namespace, pod: name, launch: launch.id })
      metrics.increment('davit_executor.stale_drops', { cause: 'pod' })
      reaper.enqueue({ namespace, name, uid: second.uid, action: 'delete', isRevoked: true })
    })
  }
}
