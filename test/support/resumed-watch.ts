import { withQuery } from './api-paths.ts'
import type { RawApi } from './raw-api.ts'
import type { RawWatch, RawWatchEvent } from './raw-watch.ts'

/** All events of a path after a version. A server closes watches that it finds slow: they go on after the last event. */
export class ResumedWatch implements Disposable {
  readonly #open: () => RawWatch
  #watch: RawWatch
  #resourceVersion: string

  constructor(api: RawApi, path: string, resourceVersion: string) {
    this.#resourceVersion = resourceVersion
    this.#open = () => api.watch(withQuery(path, { watch: true, resourceVersion: this.#resourceVersion }))
    this.#watch = this.#open()
  }

  /**
   * The next event.
   *
   * @throws Error when there is none in time, or the server no longer has it
   */
  async next(options?: { readonly withinMs?: number }): Promise<RawWatchEvent> {
    for (;;) {
      const event = await this.#watch.nextOrEnd(options)
      if (event === null) {
        this.#watch = this.#open()
        continue
      }
      if (event.type === 'ERROR') throw new Error(`the watch has missed something: ${JSON.stringify(event.object)}`)
      this.#resourceVersion = event.object.metadata.resourceVersion ?? this.#resourceVersion
      return event
    }
  }

  /** Resolves once the server watches. */
  async started(): Promise<void> {
    await this.#watch.status()
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]()
  }
}
