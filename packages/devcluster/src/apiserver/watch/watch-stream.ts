import type { ChangeLog } from '../../storage/change-log.ts'
import type { KubeObject } from '../../storage/kube-object.ts'

/** What a watch tells of one change. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: KubeObject
}

/** Where a watch writes to. */
export interface WatchSink {
  /** False when the reader is slow: nothing more until `onDrain`. */
  write(chunk: string | Buffer): boolean
  end(): void
}

export interface WatchStreamParts {
  readonly log: ChangeLog
  /** The first change that the watch may tell. */
  readonly from: number
  /** Changes up to this version are not told: it may lie in the future. */
  readonly after: number
  /** What is there already, told as ADDED before. */
  readonly initial: readonly KubeObject[]
  /** Told after `initial`. */
  readonly initialBookmark?: KubeObject
  matches(object: KubeObject): boolean
  encode(event: WatchEvent, isFirst: boolean): string | Buffer
  readonly sink: WatchSink
}

/** As much as one write takes of what is waiting. */
const BATCH_BYTES = 64 * 1024

/**
 * One watch. It keeps no events: it has a place in the log and reads on when its client has read what was written, so
 * that a slow client costs nothing. One that falls behind the log's end is ended, and must resume or list again.
 */
export class WatchStream {
  readonly #parts: WatchStreamParts
  #at: number
  #initialAt = 0
  #isBlocked = false
  #isFirst = true
  #hasEnded = false
  #isBookmarkDue: KubeObject | undefined

  constructor(parts: WatchStreamParts) {
    this.#parts = parts
    this.#at = parts.from
    this.#isBookmarkDue = parts.initialBookmark
  }

  /** Whether everything there is has been told. */
  get isCurrent(): boolean {
    return this.#at >= this.#parts.log.end && this.#initialAt >= this.#parts.initial.length && !this.#isBookmarkDue
  }

  /** Writes what is waiting, as far as the client reads. */
  pump(): void {
    while (!this.#isBlocked && !this.#hasEnded) {
      const batch = this.#batch()
      if (batch.length === 0) return
      this.#isBlocked = !this.#parts.sink.write(batch.length === 1 && batch[0] ? batch[0] : joined(batch))
    }
  }

  /** The client has read what was written. */
  drained(): void {
    this.unblock()
    this.pump()
  }

  /** The same, but somebody holds the events back. */
  unblock(): void {
    this.#isBlocked = false
  }

  /** Tells one thing more, when everything before is told. */
  bookmark(object: KubeObject): void {
    if (this.#hasEnded || this.#isBlocked || !this.isCurrent) return
    this.#isBlocked = !this.#parts.sink.write(this.#encode({ type: 'BOOKMARK', object }))
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#parts.sink.end()
  }

  #batch(): (string | Buffer)[] {
    const batch: (string | Buffer)[] = []
    for (let size = 0; size < BATCH_BYTES; ) {
      const event = this.#next()
      if (event === undefined) return batch
      if (event === 'nothing') continue
      const chunk = this.#encode(event)
      size += chunk.length
      batch.push(chunk)
    }
    return batch
  }

  #next(): WatchEvent | 'nothing' | undefined {
    const { initial, log, matches } = this.#parts
    const existing = initial[this.#initialAt]
    if (existing) {
      this.#initialAt++
      return { type: 'ADDED', object: existing }
    }
    if (this.#isBookmarkDue) {
      const object = this.#isBookmarkDue
      this.#isBookmarkDue = undefined
      return { type: 'BOOKMARK', object }
    }
    if (log.isGone(this.#at)) {
      this.end()
      return undefined
    }
    const change = log.at(this.#at)
    if (!change) return undefined
    this.#at++
    const { type, object, previous, revision } = change
    if (revision <= this.#parts.after) return 'nothing'
    const is = type !== 'DELETED' && matches(object)
    const was = previous !== undefined && matches(previous)
    if (is) return { type: was ? 'MODIFIED' : 'ADDED', object }
    if (!was) return 'nothing'
    return { type: 'DELETED', object: type === 'DELETED' ? object : leftBehind(previous, object) }
  }

  #encode(event: WatchEvent): string | Buffer {
    const chunk = this.#parts.encode(event, this.#isFirst)
    this.#isFirst = false
    return chunk
  }
}

/** What a selector lost: the object as it was before, under the version of the change. */
function leftBehind(previous: KubeObject, { metadata }: KubeObject): KubeObject {
  return {
    ...previous,
    metadata: {
      ...previous.metadata,
      ...(metadata.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion }),
    },
  }
}

function joined(chunks: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)))
}
