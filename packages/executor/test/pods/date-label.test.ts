import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/errors.ts'
import { datetimeToLabelSafeDatestring, labelSafeDatestringToDatetime } from '../../src/pods/date-label.ts'

describe('date labels', () => {
  it.each([
    ['2020-08-24T00:00:00', '2020-08-24T00_00_00'],
    ['2020-11-03T00:00:00+00:00', '2020-11-03T00_00_00_plus_00_00'],
    ['2020-11-03T00:00:00-05:00', '2020-11-03T00_00_00-05_00'],
    ['2020-11-03T00:00:00.123456+05:30', '2020-11-03T00_00_00.123456_plus_05_30'],
    ['2020-11-03T00:00:00.000001', '2020-11-03T00_00_00.000001'],
    ['2024-02-29T23:59:59+01:30:15', '2024-02-29T23_59_59_plus_01_30_15'],
  ])('turn %s into %s and back', (iso, label) => {
    expect(datetimeToLabelSafeDatestring(iso)).toBe(label)
    expect(labelSafeDatestringToDatetime(label)).toBe(iso)
  })

  it.each<[string | Date, string]>([
    ['2020-11-03T00:00:00Z', '2020-11-03T00_00_00_plus_00_00'],
    ['2020-11-03T00:00:00.000Z', '2020-11-03T00_00_00_plus_00_00'],
    ['2020-11-03T00:00:00.5', '2020-11-03T00_00_00.500000'],
    ['2020-11-03 06:30', '2020-11-03T06_30_00'],
    ['2020-11-03', '2020-11-03T00_00_00'],
    ['2020-11-03T00:00:00-00:00', '2020-11-03T00_00_00_plus_00_00'],
    ['2020-11-03T00:00:00+0530', '2020-11-03T00_00_00_plus_05_30'],
    [new Date('2020-11-03T00:00:00Z'), '2020-11-03T00_00_00_plus_00_00'],
    [new Date('2020-11-03T00:00:00.120Z'), '2020-11-03T00_00_00.120000_plus_00_00'],
  ])('write %s as Python does: %s', (date, label) => {
    expect(datetimeToLabelSafeDatestring(date)).toBe(label)
  })

  it.each([
    '',
    'today',
    '2020-13-01',
    '2020-00-01',
    '2021-02-29',
    '2020-04-31',
    '2020-04-00',
    '0000-01-01',
    '2020-01-01T24:00:00',
    '2020-01-01T00:60:00',
    '2020-01-01T00:00:60',
    '2020-01-01T00:00:00+24:00',
    '2020-01-01T00:00:00+00:61',
    '2020-01-01T00:00:00 ',
  ])('refuse %j', (text) => {
    expect(() => datetimeToLabelSafeDatestring(text)).toThrow(
      new ArgumentError(`${JSON.stringify(text)} is no ISO 8601 date such as 2026-01-31T06:00:00+00:00`),
    )
    expect(() => labelSafeDatestringToDatetime(text)).toThrow(ArgumentError)
  })

  it('refuse an invalid Date', () => {
    expect(() => datetimeToLabelSafeDatestring(new Date('no'))).toThrow(new ArgumentError('the date is invalid'))
  })
})
