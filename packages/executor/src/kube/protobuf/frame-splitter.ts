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

/**
 * Cuts the stream of a watch in protobuf into its frames. A chunk may end anywhere, in a length too; a frame that lies in
 * one chunk is not copied, and one that comes in a thousand is joined once.
 */
export class FrameSplitter {
  #pieces: Buffer[] = []
  #length = 0
  /** Nothing more can be said before there are so many bytes. */
  #wanted = HEADER

  /** The stream has ended: it must not have done so within a frame. */
  end(): void {
    if (this.#length > 0) throw new UnreadableAnswer(`a frame of which only ${this.#length} bytes came`)
  }

  /** The frames that this chunk completes. */
  *push(chunk: Buffer): Generator<Frame, void, undefined> {
    this.#keep(chunk)
    if (this.#length < this.#wanted) return
    const [first = chunk] = this.#pieces
    const bytes = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces, this.#length)
    this.#pieces = []
    this.#length = 0
    let at = 0
    for (;;) {
      this.#wanted = HEADER
      if (bytes.length - at < HEADER) break
      const length = bytes.readUInt32BE(at)
      if (length > FRAME_LIMIT) throw new UnreadableAnswer(`a frame is longer than ${FRAME_LIMIT} bytes`)
      this.#wanted = HEADER + length
      if (bytes.length - at < this.#wanted) break
      at += this.#wanted
      yield { bytes, at: at - length, end: at }
    }
    this.#keep(bytes.subarray(at))
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return
    this.#length += piece.length
    this.#pieces.push(piece)
  }
}
