import { describe, expect, it } from 'vitest'
import { warningHeaders } from '../../../src/apiserver/http/warning-headers.ts'

describe('warningHeaders', () => {
  it('quotes each text once, in one line', () => {
    expect(warningHeaders(['a "b"\\', '', 'c\nd', 'c\nd'])).toEqual(['299 - "a \\"b\\"\\\\"', '299 - "c d"'])
  })

  it('leaves 4,096 characters whole', () => {
    expect(warningHeaders(['a'.repeat(4_000), 'b'.repeat(96)]).map(({ length }) => length)).toEqual([4_008, 104])
  })

  it('cuts all of more, and leaves out what follows once the cut ones fill it', () => {
    const texts = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index).repeat(300))
    const headers = warningHeaders(texts)
    expect(headers).toEqual(texts.slice(0, 16).map((text) => `299 - "${text.slice(0, 256)}"`))
  })

  it('counts characters, not halves of them', () => {
    const lengths = (count: number) => warningHeaders(['\u{1f600}'.repeat(count)]).map(({ length }) => length)
    expect(lengths(4_096)).toEqual([2 * 4_096 + 8])
    expect(lengths(4_097)).toEqual([2 * 256 + 8])
  })
})
