import type { Timer } from '../../clock.ts'
import type { Exchange } from '../http/exchange.ts'
import type { ServerContext } from '../server-context.ts'
import type { OpenWatch } from '../watch/watch-hub.ts'
import type { WatchStream } from '../watch/watch-stream.ts'

const BOOKMARK_EVERY_MS = 60_000
/** The last bookmark comes so long before the end. */
const LAST_BOOKMARK_MS = 2_000

/** A watch whose answer has begun. */
export interface BegunWatch {
  readonly stream: WatchStream
  /** Its collection in the store. */
  readonly collection: string
  /** On the cluster's clock. */
  readonly endsAt: number
  /** Makes a bookmark of now; undefined for a client that wants none. */
  readonly bookmark: (() => Buffer) | undefined
}

/** Keeps a watch going until the client, the time or the server ends it. */
export function keepWatching({ clock, watches }: ServerContext, exchange: Exchange, begun: BegunWatch): void {
  const { info, response } = exchange
  const { stream, collection, endsAt, bookmark } = begun
  const watch: OpenWatch = { info, collection, stream, destroy: () => response.destroy() }
  let timer: Timer | undefined
  const schedule = () => {
    const left = endsAt - clock.now()
    const beforeLast = left - LAST_BOOKMARK_MS
    const wait = !bookmark ? left : beforeLast > 0 ? Math.min(BOOKMARK_EVERY_MS, beforeLast) : left
    // A timer may come a moment early by the clock: that it is the last is known beforehand.
    const isLast = wait === left
    timer = clock.setTimeout(
      () => {
        if (isLast) {
          stream.end()
          return
        }
        if (bookmark && !watches.isStalled(info)) stream.bookmark(bookmark())
        schedule()
      },
      Math.max(wait, 0),
    )
  }
  response.once('close', () => {
    timer?.cancel()
    watches.remove(watch)
  })
  response.on('drain', () => {
    if (!watches.isStalled(info)) stream.drained()
    else stream.unblock()
  })
  schedule()
  watches.add(watch)
}
