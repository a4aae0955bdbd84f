import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeSafeLabelValue } from '../../src/pods/safe-label-value.ts'

describe('makeSafeLabelValue', () => {
  it.each([
    ['my_dag_id', 'my_dag_id'],
    [`my_dag_id_${'a'.repeat(64)}`, `my_dag_id_${'a'.repeat(43)}-0ce114c45`],
    ['a'.repeat(63), 'a'.repeat(63)],
    ['a'.repeat(64), `${'a'.repeat(53)}-014842d48`],
    ['dag*', 'dag-6b24921d4'],
    ['task*', 'task-b6aca8991'],
    ['my_dág_id', 'my_dg_id-7c334bc92'],
    ['my_tásk_id', 'my_tsk_id-e88fb4c2f'],
    ['niedołężność', 'niedono-bab83ee5f'],
    ['manual__2020-01-01T00:00:00+00:00', 'manual__2020-01-01T0000000000-27222e522'],
    ['scheduled__2020-01-01T00:00:00+00:00', 'scheduled__2020-01-01T0000000000-cc3b7db2b'],
    ['-abc-', 'abc-773004ce1'],
    ['__abc__', 'abc-c6e1493ab'],
    ['.a.b.', 'a.b-088a732b2'],
    ['abc-', 'abc-3702e42ee'],
    ['a b', 'ab-0cc9cd4dd'],
    ['', ''],
  ])('makes of %s: %s', (text, expected) => {
    expect(makeSafeLabelValue(text)).toBe(expected)
  })

  it.each([
    ['Компьютер', '956d56adf'],
    ['影師嗎', 'a168bce6d'],
    ['中華民國;$', '52c7bd47c'],
    ['-', '336d5ebc5'],
  ])('has the bare hash where nothing of %s is left: %s', (text, expected) => {
    expect(makeSafeLabelValue(text)).toBe(expected)
  })

  it('is always a valid label value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        expect(makeSafeLabelValue(text)).toMatch(/^([a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)?$/)
      }),
    )
  })
})
