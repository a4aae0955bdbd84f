import { ChangeFeed, type ChangeFeedParts } from './change-feed.ts'

/** The feeds that watches have in common, each for as long as one of them is open. */
export class SharedFeeds {
  readonly #feeds = new Map<string, { readonly feed: ChangeFeed; users: number }>()

  get size(): number {
    return this.#feeds.size
  }

  /** `key`: all that tells this feed from others. Call `release` with it when the watch is over. */
  use(key: string, parts: ChangeFeedParts): ChangeFeed {
    const known = this.#feeds.get(key) ?? { feed: new ChangeFeed(parts), users: 0 }
    known.users++
    this.#feeds.set(key, known)
    return known.feed
  }

  release(key: string): void {
    const known = this.#feeds.get(key)
    if (known && --known.users === 0) this.#feeds.delete(key)
  }
}
