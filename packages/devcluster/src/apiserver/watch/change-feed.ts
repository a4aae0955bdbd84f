import type { ChangeLog } from '../../storage/change-log.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import { PIECE_BYTES } from '../http/pieces.ts'
import { type WatchEvent, watchEvent } from './watch-event.ts'

/** Chunks end at multiples of so many changes, so that watches which began at different places soon share them. */
const BLOCK = 64
/** Chunks that are kept: slower watches than that make them again. */
const KEPT_CHUNKS = 32

/** What a watch writes for some changes. */
export interface FeedChunk {
  /** Empty when none of them concerns the watch. */
  readonly bytes: Buffer
  /** Of the first change after them. */
  readonly next: number
}

/** What makes a feed. */
export interface ChangeFeedParts {
  readonly log: ChangeLog
  matches(object: KubeObject): boolean
  encode(event: WatchEvent): readonly Buffer[]
}

/**
 * The changes of one collection as watches of one kind tell them: selected, encoded and joined once for all watches that
 * select the same in the same form.
 */
export class ChangeFeed {
  readonly #parts: ChangeFeedParts
  /** By the index of their first change, oldest first. Changes never change, so neither do chunks. */
  readonly #chunks = new Map<number, FeedChunk>()

  constructor(parts: ChangeFeedParts) {
    this.#parts = parts
  }

  get log(): ChangeLog {
    return this.#parts.log
  }

  /** What follows from an index on; undefined when there is nothing (yet, or any more). */
  chunk(from: number): FeedChunk | undefined {
    const known = this.#chunks.get(from)
    if (known) return known
    const made = this.#make(from)
    if (!made) return undefined
    this.#chunks.set(from, made)
    if (this.#chunks.size > KEPT_CHUNKS) this.#forgetOldest()
    return made
  }

  #make(from: number): FeedChunk | undefined {
    const { log, matches, encode } = this.#parts
    const end = Math.min(log.end, (Math.floor(from / BLOCK) + 1) * BLOCK)
    const parts: Buffer[] = []
    let size = 0
    let next = from
    while (next < end && size < PIECE_BYTES) {
      const change = log.at(next)
      if (!change) return undefined
      next++
      const event = watchEvent(change, matches)
      if (!event) continue
      for (const part of encode(event)) {
        parts.push(part)
        size += part.length
      }
    }
    return next === from ? undefined : { bytes: Buffer.concat(parts, size), next }
  }

  #forgetOldest(): void {
    const [oldest] = this.#chunks.keys()
    if (oldest !== undefined) this.#chunks.delete(oldest)
  }
}
