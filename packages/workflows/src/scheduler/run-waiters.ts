import type { DagRunRow } from '../store/workflow-store.ts'

/** Those who wait for the end of a run. */
export class RunWaiters {
  readonly #waiting = new Map<string, PromiseWithResolvers<DagRunRow>>()
  #failure: Error | null = null

  /** Resolves with the run once {@link ended} tells of it, rejects once {@link fail} was called. */
  wait(dagId: string, runId: string): Promise<DagRunRow> {
    if (this.#failure) return Promise.reject(this.#failure)
    const key = JSON.stringify([dagId, runId])
    const known = this.#waiting.get(key) ?? Promise.withResolvers<DagRunRow>()
    this.#waiting.set(key, known)
    return known.promise
  }

  ended(run: DagRunRow): void {
    const key = JSON.stringify([run.dagId, run.runId])
    this.#waiting.get(key)?.resolve(run)
    this.#waiting.delete(key)
  }

  /** Nothing will end any more. */
  fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
