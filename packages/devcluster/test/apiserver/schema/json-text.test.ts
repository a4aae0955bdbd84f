import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJsonText } from '../../../src/apiserver/schema/json-text.ts'

describe('parseJsonText', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJsonText(text).value).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let isJson = true
        try {
          JSON.parse(text)
        } catch {
          isJson = false
        }
        if (isJson) parseJsonText(text)
        else expect(() => parseJsonText(text)).toThrow()
      }),
    )
  })

  it('notices repeated keys, of which the last counts', () => {
    const { value, notes } = parseJsonText('{"a":1,"b":{"c":1,"c":2},"a":3}')
    expect(value).toEqual({ a: 3, b: { c: 2 } })
    expect(notes.repeated.get(value as object)).toEqual([
      ['a', 1],
      ['b', { c: 2 }],
      ['a', 3],
    ])
    expect(notes.repeated.get((value as { b: object }).b)).toEqual([
      ['c', 1],
      ['c', 2],
    ])
  })

  it('notices how numbers are written', () => {
    const { value, notes } = parseJsonText('{"a":1.0,"b":[2,3e0],"c":12}')
    expect(value).toEqual({ a: 1, b: [2, 3], c: 12 })
    expect(notes.literals.get(value as object)).toEqual(new Map([['a', '1.0']]))
    expect(notes.literals.get((value as { b: object }).b)).toEqual(new Map([['1', '3e0']]))
  })

  it('reads bytes as UTF-8, and what is none as U+FFFD', () => {
    expect(parseJsonText(Buffer.from('"é\u{1f600}"')).value).toBe('é\u{1f600}')
    expect(parseJsonText(Buffer.from([0x22, 0xff, 0x22])).value).toBe('\ufffd')
    expect(parseJsonText('"\\ud800"').value).toBe('\ufffd')
  })

  it('takes __proto__ for a key like others', () => {
    const { value } = parseJsonText('{"__proto__":{"a":1}}')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect((value as { a?: number }).a).toBeUndefined()
  })

  it.for([
    ['{"a":', 'unexpected end of JSON input'],
    ['', 'unexpected end of JSON input'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{a}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 2}', "invalid character '2' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['[1.]', "invalid character ']' after decimal point in numeric literal"],
    ['[1e+]', "invalid character ']' in exponent of numeric literal"],
    ['é', "invalid character 'Ã' looking for beginning of value"],
    ['\x02', "invalid character '\\x02' looking for beginning of value"],
  ] as const)('says of %j what Go says', ([text, message]) => {
    expect(() => parseJsonText(text)).toThrow(message)
  })

  it('refuses nesting that would end the stack', () => {
    expect(() => parseJsonText('['.repeat(100_000))).toThrow('exceeded max depth')
  })
})
