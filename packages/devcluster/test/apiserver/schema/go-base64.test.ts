import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, RAW_URL, STANDARD } from '../../../src/apiserver/schema/go-base64.ts'

describe('decodeBase64', () => {
  it('reads what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes)
        expect(decodeBase64(buffer.toString('base64'), STANDARD)).toEqual(buffer)
        expect(decodeBase64(buffer.toString('base64url'), RAW_URL)).toEqual(buffer)
      }),
    )
  })

  it('takes ends of lines for nothing', () => {
    expect(decodeBase64('ZQ\r\n=\n=\n', STANDARD).toString()).toBe('e')
  })

  it.for<readonly [text: string, at: number]>([
    ['!', 0],
    ['eA', 0],
    ['eHh4e', 4],
    ['e=', 1],
    ['eA=', 3],
    ['eA=A', 2],
    ['eA==x', 4],
    ['eHg=x', 4],
    ['é', 0],
    ['a-b_', 1],
  ])('says where %j is wrong', ([text, at]) => {
    expect(() => decodeBase64(text, STANDARD)).toThrow(`illegal base64 data at input byte ${at}`)
  })
})
