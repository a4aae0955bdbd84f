import { describe, expect, it } from 'vitest'
import { SeenLog } from '../../../src/loops/logs/seen-log.ts'

/** A stream of these parts, which breaks at its end if told so. */
async function* stream(parts: readonly string[], isBroken = false) {
  for (const part of parts) yield new TextEncoder().encode(part)
  if (isBroken) throw new Error('reset')
}

async function read(seen: SeenLog, log: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  try {
    for await (const chunk of seen.continue(log)) text += new TextDecoder().decode(chunk)
  } catch {
    // What came before is what counts.
  }
  return text
}

describe('SeenLog', () => {
  it('goes on where a stream broke, wherever the parts of the next one end', async () => {
    const seen = new SeenLog()
    expect(await read(seen, stream(['one\nt'], true))).toBe('one\nt')
    expect(await read(seen, stream(['on', 'e\ntwo\n', 'three\n'], true))).toBe('wo\nthree\n')
    expect(await read(seen, stream(['one\ntwo\nthree\n']))).toBe('')
    expect(seen.count).toBe('one\ntwo\nthree\n'.length)
  })

  it('P17: gives a log whole that was rotated meanwhile, and says so', async () => {
    const marker = '\n[davit] the log was rotated while it could not be read: lines may be missing here\n'
    const seen = new SeenLog()
    await read(seen, stream(['one\ntwo\n'], true))
    expect(await read(seen, stream(['nine\n', 'ten\n'], true))).toBe(`${marker}nine\nten\n`)
    expect(await read(seen, stream(['nine\nten\neleven\n'], true))).toBe('eleven\n')
    expect(await read(seen, stream(['12\n']))).toBe(`${marker}12\n`)
  })

  it('compares no more than the beginning, however long the log', async () => {
    const seen = new SeenLog()
    const long = 'x'.repeat(10_000)
    await read(seen, stream([long], true))
    expect(await read(seen, stream([`${long}y`]))).toBe('y')
  })
})
