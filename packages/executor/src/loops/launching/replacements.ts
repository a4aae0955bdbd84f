import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import type { LaunchBook } from '../launch-book.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { OutcomePipeline } from '../outcomes/outcome-pipeline.ts'
import { finalizerOf, type Reaper } from '../outcomes/reaper.ts'
import type { StoreWords } from '../store-words.ts'
import type { Ending } from '../tracking/pod-ending.ts'
import { type Launcher, taskFields } from './launcher.ts'
import { beginNextLaunch, type LostLaunch, markSuperseded, relaunchDelayMs } from './relaunch.ts'

interface ReplacementsOptions {
  readonly book: LaunchBook
  readonly words: StoreWords
  readonly launcher: Launcher
  readonly outcomes: OutcomePipeline
  readonly reaper: Reaper
  readonly logger: Logger
  readonly metrics: Metrics
  /** Another executor answers for the launch. */
  readonly onTakenOver: (entry: LaunchEntry) => void
}

/**
 * From a lost launch to the next one of the same try. The next number comes when the earlier launch is given up in the
 * store, and its pod has ended or was seen gone (I1).
 */
export class Replacements {
  readonly #options: ReplacementsOptions

  constructor(options: ReplacementsOptions) {
    this.#options = options
  }

  /** The launch is lost, and another one follows. */
  begin(entry: LaunchEntry, { kind, failure }: LostLaunch, ending: Ending): void {
    const { logger, metrics } = this.#options
    logger.warn('launch lost', { ...taskFields(entry), error: failure.message })
    if (!entry.supersedes) metrics.increment('davit_executor.relaunches', { class: failure.class })
    markSuperseded(entry, failure)
    if (kind === 'afterDeletion') this.#giveUp(entry)
    else this.#launchAfterLog(entry, ending)
  }

  /** The pod of a launch that is being replaced has ended, or is gone. */
  podIsOver(entry: LaunchEntry): void {
    this.#met(entry, { isOver: true })
  }

  /** The pod of this number ran and is accounted for: this is another run of the same try. */
  useNextNumber(entry: LaunchEntry): void {
    const { book, words, launcher } = this.#options
    const { launch } = entry
    book.unindex(entry)
    entry.launch = null
    entry.launchNumber += 1
    entry.mayBeRecorded = false
    entry.isRecorded = false
    entry.sentPod = null
    entry.mayExist = false
    const enqueue = () => {
      if (entry.phase === 'creating') launcher.enqueue(entry)
    }
    if (launch) words.revoke(launch, enqueue)
  }

  /** Gives the launch up in the store, then deletes its pod (I6). */
  #giveUp(entry: LaunchEntry): void {
    const { words, reaper, onTakenOver } = this.#options
    const { launch } = entry
    if (!launch?.uid) return
    const { namespace, podName: name, uid } = launch
    entry.phase = 'replacing'
    entry.timeline?.look(entry)
    entry.replacing = { isRevoked: false, isOver: false }
    words.revoke(launch, (isOurs) => {
      if (entry.launch !== launch || entry.phase !== 'replacing') return
      if (!isOurs) {
        onTakenOver(entry)
        return
      }
      if (!entry.replacing?.isOver) {
        reaper.enqueue({ namespace, name, uid, action: 'delete', ...finalizerOf(entry.record) })
        if (entry.supersedes) entry.supersedes = { ...entry.supersedes, isDisposedOf: true }
      }
      this.#met(entry, { isRevoked: true })
    })
  }

  /** The log of a launch that ran is kept like any other, before its pod may go. */
  #launchAfterLog(entry: LaunchEntry, { startedAt }: Ending): void {
    const { launch } = entry
    if (!launch || (startedAt === undefined && !entry.wasRunning)) {
      this.#launchNext(entry)
      return
    }
    entry.phase = 'replacing'
    entry.replacing = { isRevoked: false, isOver: true }
    const next = () => {
      if (entry.launch === launch && entry.phase === 'replacing') this.#met(entry, { isRevoked: true })
    }
    this.#options.outcomes.farewell(launch, next, startedAt)
  }

  #met(entry: LaunchEntry, condition: { readonly isRevoked?: true; readonly isOver?: true }): void {
    if (!entry.replacing) return
    entry.replacing = { ...entry.replacing, ...condition }
    if (entry.replacing.isRevoked && entry.replacing.isOver) this.#launchNext(entry)
  }

  #launchNext(entry: LaunchEntry): void {
    const { book, launcher } = this.#options
    beginNextLaunch(entry, book)
    launcher.enqueue(entry, relaunchDelayMs(entry))
  }
}
