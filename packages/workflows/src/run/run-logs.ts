import type { Failure, Launch, LogArchive, TaskInstanceKey } from '@davit/executor'
import { LogsUnwritableError, type TaskLogs } from './task-logs.ts'

/**
 * The logs of a run that is under way. One that cannot be written must not hold up an outcome; it ends the run, though,
 * since nobody could say afterwards what its tasks did: `unwritable` rejects.
 */
export class RunLogs implements LogArchive {
  readonly #logs: TaskLogs
  readonly #failed = Promise.withResolvers<never>()

  constructor(logs: TaskLogs) {
    this.#logs = logs
    // Nobody may be waiting for it when the run is at its end.
    this.#failed.promise.catch(() => {})
  }

  /** Rejects with a `LogsUnwritableError` at the first log that cannot be written; never resolves. */
  get unwritable(): Promise<never> {
    return this.#failed.promise
  }

  pathOf(key: TaskInstanceKey, launchNumber?: number): string {
    return this.#logs.pathOf(key, launchNumber)
  }

  async archive(launch: Launch, log: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
    try {
      return await this.#logs.archive(launch, log, signal)
    } catch (error) {
      this.#note(error)
      throw error
    }
  }

  /** Never rejects. */
  async addReason(path: string, failure: Failure): Promise<void> {
    await this.#logs.addReason(path, failure).catch((error: unknown) => this.#note(error))
  }

  /** A log that cannot be read from the cluster is another matter: the executor says so and goes on. */
  #note(error: unknown): void {
    if (error instanceof LogsUnwritableError) this.#failed.reject(error)
  }
}
