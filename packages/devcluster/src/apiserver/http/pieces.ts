/** As large as a write to a socket should be: fewer cost less, larger ones keep others waiting. */
export const PIECE_BYTES = 64 * 1024

/** Joins parts to pieces of {@link PIECE_BYTES} or a little more, as they are asked for. */
export function* pieces(parts: Iterable<Buffer>): Generator<Buffer, undefined> {
  let waiting: Buffer[] = []
  let size = 0
  for (const part of parts) {
    waiting.push(part)
    size += part.length
    if (size < PIECE_BYTES) continue
    yield Buffer.concat(waiting, size)
    waiting = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(waiting, size)
  return undefined
}
