import { UnreadableAnswer } from '../unreadable-answer.ts'

/** A frame longer than this is no object of Kubernetes: etcd takes 1.5 MiB, and managed fields do not make it 32. */
const FRAME_LIMIT = 32 * 1024 * 1024
/** Before each frame its length stands in so many bytes, the highest first. */
const HEADER = 4

/** Where a frame stands. */
export interface Frame {
  readonly bytes: Buffer
  readonly at: number
  readonly end: number
}

/** Frames that come in pieces are put together in a room that is kept, unless it had to grow beyond this. */
const KEPT_ROOM = 256 * 1024

/**
 * Cuts the stream of a watch in protobuf into its frames. A chunk may end anywhere, in a length too; a frame that lies in
 * one chunk is not copied, any other once. A frame stands only until the next one is asked for.
 */
export class FrameSplitter {
  /** The beginning of a frame. */
  #room = Buffer.alloc(0)
  #length = 0

  /** The stream has ended: it must not have done so within a frame. */
  end(): void {
    if (this.#length > 0) throw new UnreadableAnswer(`a frame of which only ${this.#length} bytes came`)
  }

  /** The frames that this chunk completes. */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    let at = 0
    if (this.#length > 0) {
      at += this.#take(chunk, at, HEADER)
      if (this.#length < HEADER) return
      const length = lengthAt(this.#room, 0)
      at += this.#take(chunk, at, HEADER + length)
      if (this.#length < HEADER + length) return
      this.#length = 0
      yield { bytes: this.#room, at: HEADER, end: HEADER + length }
      if (this.#room.length > KEPT_ROOM) this.#room = Buffer.alloc(0)
    }
    for (;;) {
      if (chunk.length - at < HEADER) break
      const end = at + HEADER + lengthAt(chunk, at)
      if (end > chunk.length) break
      yield { bytes: chunk, at: at + HEADER, end }
      at = end
    }
    this.#take(chunk, at, chunk.length - at)
  }

  /** Takes what is missing to so many bytes; returns how many those are. */
  #take(chunk: Buffer, at: number, wanted: number): number {
    const count = Math.max(0, Math.min(wanted - this.#length, chunk.length - at))
    if (this.#length + count > this.#room.length) {
      const room = Buffer.alloc(Math.max(2 * this.#room.length, this.#length + count))
      this.#room.copy(room, 0, 0, this.#length)
      this.#room = room
    }
    chunk.copy(this.#room, this.#length, at, at + count)
    this.#length += count
    return count
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at)
  if (length > FRAME_LIMIT) throw new UnreadableAnswer(`a frame is longer than ${FRAME_LIMIT} bytes`)
  return length
}
