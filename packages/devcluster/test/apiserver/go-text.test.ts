import { describe, expect, it } from 'vitest'
import { goJson, goQuoted } from '../../src/apiserver/go-text.ts'

describe('goQuoted', () => {
  it.for<readonly [text: string, quoted: string]>([
    ['a b', '"a b"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\n\t\u0007\v', '"\\n\\t\\a\\v"'],
    ['\0\u001f\u007f', '"\\x00\\x1f\\x7f"'],
    ['é\u{1f600}<&', '"é\u{1f600}<&"'],
    ['\u00a0\ufeff\u{e0001}', '"\\u00a0\\ufeff\\U000e0001"'],
  ])('writes %j as %s', ([text, quoted]) => {
    expect(goQuoted(text)).toBe(quoted)
  })
})

describe('goJson', () => {
  it('writes what could stand in HTML as escapes', () => {
    expect(goJson({ a: '<b>&\u2028' })).toBe('{"a":"\\u003cb\\u003e\\u0026\\u2028"}')
    expect(goJson(undefined)).toBe('null')
  })
})
