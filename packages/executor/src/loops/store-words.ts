import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Launch, LaunchStore } from './launch-store.ts'
import { orAborted } from './or-aborted.ts'
import { WorkQueue } from './work-queue.ts'

interface StoreWordsOptions {
  readonly store: LaunchStore
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

/** Words with the store that nobody waits for: binds and revocations, each repeated until it is heard. */
export class StoreWords {
  readonly #store: LaunchStore
  readonly #calls: WorkQueue<() => Promise<void>>

  constructor({ store, clock, random, logger }: StoreWordsOptions) {
    this.#store = store
    this.#calls = new WorkQueue<() => Promise<void>>({
      concurrency: 16,
      clock,
      random,
      work: (call, signal) => orAborted(call(), signal),
      onError: (_call, error, delayMs) => {
        logger.error('store does not answer', { error, delayMs })
        return true
      },
    })
  }

  /** Does this, and again after a while until it has worked. */
  insist(call: () => Promise<void>): void {
    this.#calls.push(call)
  }

  /**
   * Gives the launch up in the store.
   *
   * @param then told whether the launch was ours to give up
   */
  revoke(launch: Launch, then: (isOurs: boolean) => void = () => {}): void {
    this.insist(async () => then((await this.#store.revokeLaunch?.(launch)) ?? true))
  }

  idle(options?: { readonly withDelayed?: boolean }): Promise<void> {
    return this.#calls.idle(options)
  }

  stop(): Promise<void> {
    return this.#calls.stop()
  }
}
