import type { Logger } from '../logger.ts'
import { orAborted } from './or-aborted.ts'

/** Work that was begun and is awaited by nobody but `stop()`: its errors are logged, and it is aborted at the end. */
export class BackgroundTasks {
  readonly #logger: Logger
  readonly #stopping = new AbortController()
  readonly #running = new Map<string, Promise<void>>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Begins the work unless work of that name is still under way. */
  begin(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#stopping
    if (this.#running.has(name) || signal.aborted) return
    const run = orAborted(work(signal), signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#logger.warn('background work failed', { work: name, error })
      })
      .finally(() => this.#running.delete(name))
    this.#running.set(name, run)
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.idle()
  }
}
