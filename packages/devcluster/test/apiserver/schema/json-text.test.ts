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
    const { value, repeated } = parseJsonText('{"a":1,"b":{"c":1,"c":2},"a":3}')
    expect(value).toEqual({ a: 3, b: { c: 2 } })
    expect(repeated.get(value as object)).toEqual(['a', 'b', 'a'])
    expect(repeated.get((value as { b: object }).b)).toEqual(['c', 'c'])
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
  ] as const)('says of %j what Go says', ([text, message]) => {
    expect(() => parseJsonText(text)).toThrow(message)
  })

  it('refuses nesting that would end the stack', () => {
    expect(() => parseJsonText('['.repeat(100_000))).toThrow('exceeded max depth')
  })
})
