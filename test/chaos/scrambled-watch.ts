import type { Clock, WatchEvent } from '@davit/executor'
import { sleep } from '../support/sleep.ts'

/** What becomes of the events of a watch on their way. */
export interface WatchTrouble {
  /** Of ten events, how many come twice. */
  readonly twice: number
  /** How late each comes at most. */
  readonly lateMs: number
  /** Events of up to so many objects are told in another order; those of one object keep theirs. */
  readonly reorder: number
}

interface ScrambleOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Asked for each event; null: it comes as it is. */
  readonly trouble: () => WatchTrouble | null
  readonly onHit: (kind: 'twice' | 'late' | 'reordered') => void
  readonly signal: AbortSignal | undefined
  /** Which object an event is about. */
  readonly nameOf: (event: WatchEvent<unknown>) => string
}

/** How long events are gathered to be told in another order. */
const GATHERING_MS = 3_000

/**
 * The events of a watch as they come through something that keeps them, repeats them, or mixes up those of different
 * objects, as several servers, caches and connections together do. Bookmarks and errors stay behind what came before them.
 */
export async function* scrambled<T>(
  source: AsyncIterable<WatchEvent<T>>,
  options: ScrambleOptions,
): AsyncGenerator<WatchEvent<T>> {
  const events = source[Symbol.asyncIterator]()
  const { clock, random, trouble, onHit, signal } = options
  try {
    // Asked for already, while events were gathered.
    let next: Promise<IteratorResult<WatchEvent<T>>> | null = null
    for (;;) {
      const come: IteratorResult<WatchEvent<T>> = await (next ?? events.next())
      next = null
      if (come.done) return
      const value: WatchEvent<T> = come.value
      const met: WatchTrouble | null = isAboutObject(value) ? trouble() : null
      if (!met) {
        yield value
        continue
      }
      const batch = [value]
      let last: WatchEvent<T> | null = null
      if (met.reorder > 1) {
        const gathered: Gathered<T> = await gather(events, { ...options, most: met.reorder })
        batch.push(...gathered.more)
        last = gathered.last
        next = gathered.next
      }
      if (met.lateMs > 0) {
        onHit('late')
        await sleep(clock, Math.ceil(random() * met.lateMs), signal)
      }
      const told = batch.length > 1 ? mixed(batch, options) : batch
      if (told.some((event, index) => event !== batch[index])) onHit('reordered')
      for (const event of told) {
        yield event
        if (random() * 10 < met.twice) {
          onHit('twice')
          yield event
        }
      }
      if (last) yield last
    }
  } finally {
    await events.return?.()
  }
}

interface Gathered<T> {
  readonly more: readonly WatchEvent<T>[]
  readonly last: WatchEvent<T> | null
  readonly next: Promise<IteratorResult<WatchEvent<T>>> | null
}

/** Further events, as many as come in time. `last`: the bookmark or error that ended the gathering; `next`: what is still to come. */
async function gather<T>(
  events: AsyncIterator<WatchEvent<T>>,
  { clock, signal, most }: ScrambleOptions & { readonly most: number },
): Promise<Gathered<T>> {
  const more: WatchEvent<T>[] = []
  const isOver = sleep(clock, GATHERING_MS, signal).then(() => null)
  while (more.length + 1 < most) {
    const next = events.next()
    // An end is the reader's once what came before it was told.
    const come = await Promise.race([next.catch(() => null), isOver])
    if (come === null || come.done) return { more, last: null, next }
    if (!isAboutObject(come.value)) return { more, last: come.value, next: null }
    more.push(come.value)
  }
  return { more, last: null, next: null }
}

function isAboutObject({ type }: WatchEvent<unknown>): boolean {
  return type !== 'BOOKMARK' && type !== 'ERROR'
}

/** The events in another order, those of one object in theirs. */
function mixed<T>(batch: readonly WatchEvent<T>[], { random, nameOf }: ScrambleOptions): WatchEvent<T>[] {
  const byObject = new Map<string, WatchEvent<T>[]>()
  for (const event of batch) {
    const name = nameOf(event)
    byObject.set(name, [...(byObject.get(name) ?? []), event])
  }
  const told: WatchEvent<T>[] = []
  const rows = [...byObject.values()]
  while (rows.length > 0) {
    const place = Math.floor(random() * rows.length)
    const row = rows[place]
    const event = row?.shift()
    if (event) told.push(event)
    if (row?.length === 0) rows.splice(place, 1)
  }
  return told
}
