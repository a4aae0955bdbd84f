import { describe, expect, it } from 'vitest'
import { parseGoTime } from '../../../src/apiserver/schema/go-time.ts'

const at = (text: string) => Date.parse(text) / 1000

describe('parseGoTime', () => {
  it.for<readonly [text: string, seconds: number]>([
    ['2026-01-01T00:00:00Z', at('2026-01-01T00:00:00Z')],
    ['2026-01-01T01:30:00+01:30', at('2026-01-01T00:00:00Z')],
    ['2026-01-01T00:00:00.999999999Z', at('2026-01-01T00:00:00Z')],
    ['2026-01-01T5:00:00Z', at('2026-01-01T05:00:00Z')],
    ['2024-02-29T00:00:00,5Z', at('2024-02-29T00:00:00Z')],
    ['0001-01-01T00:00:00Z', -62_135_596_800],
  ])('reads %s', ([text, seconds]) => {
    expect(parseGoTime(text, 'seconds').seconds).toBe(seconds)
  })

  it('wants six digits of microseconds', () => {
    expect(parseGoTime('2026-01-01T00:00:00.000042Z', 'microseconds').microseconds).toBe(42)
    expect(() => parseGoTime('2026-01-01T00:00:00Z', 'microseconds')).toThrow('cannot parse "Z" as ".000000"')
    expect(() => parseGoTime('2026-01-01T00:00:00.123456789Z', 'microseconds')).toThrow(
      'cannot parse "789Z" as "Z07:00"',
    )
  })

  it.for<readonly [text: string, problem: string]>([
    ['', 'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"'],
    ['2026-01-01', 'parsing time "2026-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
    ['2026-1-01T', 'cannot parse "1-01T" as "01"'],
    ['2026-13-01T00:00:00Z', 'parsing time "2026-13-01T00:00:00Z": month out of range'],
    ['2026-02-29T00:00:00Z', 'parsing time "2026-02-29T00:00:00Z": day out of range'],
    ['2026-01-01T24:00:00Z', 'parsing time "2026-01-01T24:00:00Z": hour out of range'],
    ['2026-01-01T00:00:00Zx', 'parsing time "2026-01-01T00:00:00Zx": extra text: "x"'],
    ['é"', 'cannot parse "\\xc3\\xa9\\"" as "2006"'],
  ])('says of %j what Go says', ([text, problem]) => {
    expect(() => parseGoTime(text, 'seconds')).toThrow(problem)
  })
})
