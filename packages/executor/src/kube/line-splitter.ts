import { UnreadableAnswer } from './unreadable-answer.ts'

/** A line longer than this is no object of Kubernetes: etcd takes 1.5 MiB, and managed fields and JSON do not make it 32. */
const LINE_LIMIT = 32 * 1024 * 1024

/**
 * Cuts a stream of bytes into lines. Bytes become text only when their line is whole, so a chunk may end anywhere, in
 * the middle of a character too; a line that comes in a thousand pieces is joined once.
 */
export class LineSplitter {
  #pieces: Uint8Array[] = []
  #length = 0

  /** The lines that this chunk completes, without line ends; empty ones are left out. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      this.#keep(chunk.subarray(start, end))
      const line = this.rest()
      if (line !== '') lines.push(line)
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  /** What came after the last line end; it is given once. */
  rest(): string {
    const text = Buffer.concat(this.#pieces, this.#length).toString('utf8').trim()
    this.#pieces = []
    this.#length = 0
    return text
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#length += piece.length
    if (this.#length > LINE_LIMIT) throw new UnreadableAnswer(`a line is longer than ${LINE_LIMIT} bytes`)
    this.#pieces.push(piece)
  }
}
