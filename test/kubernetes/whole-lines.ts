import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** The lines of a file that is still being written, from a byte on; the last one only when its newline is there. */
export async function* wholeLines(path: string, start = 0): AsyncGenerator<string> {
  let line: string | undefined
  let whole = true
  const stream = createReadStream(path, { encoding: 'utf8', start })
  stream.on('data', (chunk) => {
    whole = chunk.at(-1) === '\n'
  })
  for await (const next of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (line !== undefined) yield line
    line = next
  }
  if (line !== undefined && whole) yield line
}
