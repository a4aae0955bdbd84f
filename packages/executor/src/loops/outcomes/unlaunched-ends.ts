import type { Logger } from '../../logger.ts'
import type { Failure } from '../../pods/failure.ts'
import type { LaunchBook } from '../launch-book.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { LaunchStore } from '../launch-store.ts'
import type { LaunchPreparation } from '../launching/launch-preparation.ts'
import { taskFields } from '../launching/launcher.ts'
import type { StoreWords } from '../store-words.ts'
import { type Ending, failedFor } from '../tracking/pod-ending.ts'
import type { Strangers } from '../tracking/strangers.ts'
import type { OutcomePipeline } from './outcome-pipeline.ts'

interface UnlaunchedEndsOptions {
  readonly book: LaunchBook
  readonly store: LaunchStore
  readonly words: StoreWords
  readonly preparation: LaunchPreparation
  readonly strangers: Strangers
  readonly outcomes: OutcomePipeline
  readonly logger: Logger
}

/** Ends launches without a pod of their own. Each is recorded before its outcome, like any other. */
export class UnlaunchedEnds {
  readonly #options: UnlaunchedEndsOptions

  constructor(options: UnlaunchedEndsOptions) {
    this.#options = options
  }

  /** No pod could be created, for good. */
  fail(entry: LaunchEntry, failure: Failure): void {
    const { strangers, logger } = this.#options
    logger.warn('launch failed', { ...taskFields(entry), error: failure.message })
    // Its create may have been carried out all the same, and the pod may yet appear.
    if (entry.sentPod && entry.launch) strangers.expect(entry.launch)
    this.#end(entry, failedFor(failure))
  }

  /** The task's input is wrong, and nothing was tried. The entry goes into the book for its outcome alone. */
  reject(entry: LaunchEntry, failure: Failure, info: string): void {
    const { preparation, book } = this.#options
    entry.launch = preparation.launchOf(entry)
    book.add(entry)
    this.#end(entry, { ...failedFor(failure), info })
  }

  #end(entry: LaunchEntry, ending: Ending): void {
    const { store, words, preparation, outcomes } = this.#options
    if (entry.isRecorded || store.isVolatile) {
      outcomes.push(entry, ending)
      return
    }
    entry.phase = 'ended'
    entry.timeline?.look(entry)
    words.insist(async () => {
      if (await preparation.record(entry)) outcomes.push(entry, ending)
    })
  }
}
