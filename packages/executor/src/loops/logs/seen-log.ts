/** So many bytes tell one beginning of a log from another. */
const HEAD_BYTES = 256

const ROTATED = '\n[davit] the log was rotated while it could not be read: lines may be missing here\n'

/** How far a log was read, so that a stream opened anew goes on there: log streams always begin at the beginning. */
export class SeenLog {
  #head: Uint8Array = new Uint8Array(0)
  #count = 0

  /** Bytes that were read. */
  get count(): number {
    return this.#count
  }

  /** What the stream has beyond that. One that begins otherwise was rotated: it is given whole, behind a line that says so. */
  async *continue(log: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const expected = this.#head
    let left = this.#count
    let start: Uint8Array | null = new Uint8Array(0)
    for await (const chunk of log) {
      let bytes = chunk
      if (start !== null) {
        start = Buffer.concat([start, chunk])
        if (start.byteLength < expected.byteLength) continue
        bytes = start
        start = null
        if (Buffer.compare(bytes.subarray(0, expected.byteLength), expected) !== 0) {
          left = 0
          yield this.#restart()
        }
      }
      const rest = bytes.subarray(Math.min(left, bytes.byteLength))
      left -= bytes.byteLength - rest.byteLength
      if (rest.byteLength === 0) continue
      this.#remember(rest)
      yield rest
    }
    if (start === null || start.byteLength === 0) return
    // Shorter than what was read before.
    yield this.#restart()
    this.#remember(start)
    yield start
  }

  #restart(): Uint8Array {
    this.#head = new Uint8Array(0)
    this.#count = 0
    return new TextEncoder().encode(ROTATED)
  }

  #remember(bytes: Uint8Array): void {
    this.#count += bytes.byteLength
    const missing = HEAD_BYTES - this.#head.byteLength
    if (missing > 0) this.#head = Buffer.concat([this.#head, bytes.subarray(0, missing)])
  }
}
