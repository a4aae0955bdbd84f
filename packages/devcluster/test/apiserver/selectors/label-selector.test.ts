import { describe, expect, it } from 'vitest'
import { parseLabelSelector } from '../../../src/apiserver/selectors/label-selector.ts'

describe('parseLabelSelector', () => {
  it.for<readonly [selector: string, labels: Record<string, string>, isSelected: boolean]>([
    ['', {}, true],
    ['a=b', { a: 'b' }, true],
    ['a == b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a!=b', {}, true],
    ['a!=b', { a: 'c' }, true],
    ['a!=b', { a: 'b' }, false],
    ['a', { a: '' }, true],
    ['a', {}, false],
    ['!a', {}, true],
    ['!a', { a: 'x' }, false],
    ['a in (b, c)', { a: 'c' }, true],
    ['a in (b,c)', { a: 'd' }, false],
    ['a notin (b)', {}, true],
    ['a notin (b)', { a: 'b' }, false],
    ['a in (,b)', { a: '' }, true],
    ['a=', { a: '' }, true],
    ['a>5', { a: '6' }, true],
    ['a>5', { a: '5' }, false],
    ['a<5', { a: '4' }, true],
    ['a<5', { a: 'x' }, false],
    ['in=notin', { in: 'notin' }, true],
    ['airflow-worker=7,airflow_executor_done!=True', { 'airflow-worker': '7' }, true],
    ['example.com/a in (x),!b', { 'example.com/a': 'x' }, true],
    ['constructor', {}, false],
  ])('%j selects %j: %s', ([selector, labels, isSelected]) => {
    expect(parseLabelSelector(selector)(labels)).toBe(isSelected)
  })

  it.for<readonly [selector: string, message: string]>([
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a!!b', "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a\0 b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    [
      'a>x',
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
  ])('refuses %j', ([selector, message]) => {
    expect(() => parseLabelSelector(selector)).toThrow(expect.objectContaining({ message, code: 400 }))
  })

  it('checks keys and values', () => {
    expect(() => parseLabelSelector('-a=b')).toThrow('<nil>: Invalid value: "-a": name part must consist of')
    expect(() => parseLabelSelector(`a=${'x'.repeat(64)}`)).toThrow('must be no more than 63 bytes')
  })
})
