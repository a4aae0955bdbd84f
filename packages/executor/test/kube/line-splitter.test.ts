import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../src/kube/line-splitter.ts'

function split(chunks: readonly Uint8Array[]): string[] {
  const splitter = new LineSplitter()
  const lines = chunks.flatMap((chunk) => splitter.push(chunk))
  const rest = splitter.rest()
  return rest === '' ? lines : [...lines, rest]
}

describe('LineSplitter', () => {
  it('gives the same lines wherever the chunks end, inside of characters too', () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => JSON.stringify({ text }))
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''), 'utf8')
        const at = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort((a, b) => a - b)
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end))
        expect(split(chunks)).toEqual(lines)
      }),
    )
  })

  it('leaves out empty lines, and takes CRLF for a line end', () => {
    expect(split([Buffer.from('\n\r\n{"a":1}\r\n\n{"b":2}')])).toEqual(['{"a":1}', '{"b":2}'])
  })

  it('joins a line of 8 MiB from 64 KiB chunks in well under a second', () => {
    const chunk = Buffer.alloc(64 * 1024, 'a')
    const before = performance.now()
    const lines = split([...Array.from({ length: 128 }, () => chunk), Buffer.from('\n')])
    expect(lines.map(({ length }) => length)).toEqual([8 * 1024 * 1024])
    expect(performance.now() - before).toBeLessThan(1_000)
  })

  it('refuses a line that never ends', () => {
    const splitter = new LineSplitter()
    const chunk = Buffer.alloc(1024 * 1024, 'a')
    expect(() => {
      for (let count = 0; count < 40; count++) splitter.push(chunk)
    }).toThrow(/a line is longer than 33554432 bytes/)
  })
})
