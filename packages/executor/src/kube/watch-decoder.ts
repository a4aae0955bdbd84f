import { decodeWatchEvent } from './decode-watch-event.ts'
import { LineSplitter } from './line-splitter.ts'
import type { PodView } from './pod-view.ts'
import { decodeWatchFrame } from './protobuf/decode-watch-frame.ts'
import { isProtobuf } from './protobuf/envelope.ts'
import { FrameSplitter } from './protobuf/frame-splitter.ts'
import type { WatchEvent } from './types.ts'

/**
 * Makes events of the bytes of a watch, however they are cut. Both methods throw `UnreadableAnswer` when they come to what
 * is no event; those before it have been given by then.
 */
export interface WatchDecoder<T> {
  /** The events that this chunk completes. */
  push(chunk: Buffer): Iterable<WatchEvent<T>>
  /** Those that the end of the stream completes. */
  end(): Iterable<WatchEvent<T>>
}

/** The decoder for an answer of this Content-Type; of each pod only the projection is kept. */
export function watchDecoder<T>(contentType: string | undefined, project: (pod: PodView) => T): WatchDecoder<T> {
  return isProtobuf(contentType) ? new FrameDecoder(project) : new LineDecoder(project)
}

class FrameDecoder<T> implements WatchDecoder<T> {
  readonly #splitter = new FrameSplitter()
  readonly #project: (pod: PodView) => T

  constructor(project: (pod: PodView) => T) {
    this.#project = project
  }

  *push(chunk: Buffer): Generator<WatchEvent<T>, void, undefined> {
    for (const frame of this.#splitter.push(chunk)) yield decodeWatchFrame(frame, this.#project)
  }

  end(): Iterable<WatchEvent<T>> {
    this.#splitter.end()
    return []
  }
}

class LineDecoder<T> implements WatchDecoder<T> {
  readonly #splitter = new LineSplitter()
  readonly #project: (pod: PodView) => T

  constructor(project: (pod: PodView) => T) {
    this.#project = project
  }

  *push(chunk: Buffer): Generator<WatchEvent<T>, void, undefined> {
    for (const line of this.#splitter.push(chunk)) yield decodeWatchEvent(line, this.#project)
  }

  *end(): Generator<WatchEvent<T>, void, undefined> {
    const rest = this.#splitter.rest()
    if (rest !== '') yield decodeWatchEvent(rest, this.#project)
  }
}
