import { describe, expect, it } from 'vitest'
import { parseYamlText } from '../../../src/apiserver/schema/yaml-text.ts'

const read = (text: string) => parseYamlText(Buffer.from(text))

describe('parseYamlText', () => {
  it.for<readonly [text: string, value: unknown]>([
    ['', null],
    ['# nothing', null],
    ['a: b\nc: [1, "1", 0x10, 017, 0o17, 1_000, 0b11]', { a: 'b', c: [1, '1', 16, 15, 15, 1000, 3] }],
    ['[yes, N, on, "yes", ~, null, Null, nULL]', [true, false, true, 'yes', null, null, null, 'nULL']],
    ['[2026-01-01, 12:30:00, 1.5, 1e3, .5, -.5]', ['2026-01-01', '12:30:00', 1.5, 1000, 0.5, -0.5]],
    ['{1: a, yes: b, 1.5: c}', { '1': 'a', true: 'b', '1.5': 'c' }],
    ['a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3', { a: { b: 1, c: 2 }, d: { b: 1, c: 3 } }],
    ['!!str 5', '5'],
    ['!!binary eA==', 'x'],
    ['!foo x', 'x'],
    ['a: 1\n---\nb: 2', { a: 1 }],
    ['\ufeffa: 1', { a: 1 }],
    ['__proto__: 1', JSON.parse('{"__proto__":1}')],
  ])('reads %j', ([text, value]) => {
    expect(read(text).value).toEqual(value)
  })

  it('tells keys that are there twice, by the line of their values', () => {
    expect(read('a: 1\nb: {c: 1,\n c: 2}\na:\n  3').repetitions).toEqual([
      'line 3: key "c" already set in map',
      'line 5: key "a" already set in map',
    ])
  })

  it('keeps whole numbers as they are', () => {
    const { value, notes } = read('a: 9223372036854775807')
    expect(notes.literals.get(value as object)).toEqual(new Map([['a', '9223372036854775807']]))
  })

  it.for<readonly [text: string | Buffer, problem: string]>([
    ['a: b: c', 'line 1: '],
    ['*a', "unknown anchor 'a' referenced"],
    ['&a [*a]', "anchor 'a' value contains itself"],
    ['<<: 1', 'map merge requires map or sequence of maps as the value'],
    ['[a]: 1', 'invalid map key'],
    ['!!int x', 'cannot decode !!str `x` as a !!int'],
    ['.nan', 'json: unsupported value: NaN'],
    ['a\u0001', 'control characters are not allowed'],
    [Buffer.from([0x61, 0xff]), 'invalid leading UTF-8 octet'],
  ])('refuses %j', ([text, problem]) => {
    expect(() => parseYamlText(Buffer.from(text))).toThrow(problem)
  })

  it('refuses nesting that would end the stack', () => {
    expect(() => read('['.repeat(50_000))).toThrow('exceeded max depth')
    expect(() => read('{a: '.repeat(50_000))).toThrow('exceeded max depth')
  })

  it('does not expand aliases without end', () => {
    const levels = Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(10)}]`)
    expect(() => read(`a0: &a0 x\n${levels.join('\n')}`)).toThrow('document contains excessive aliasing')
  })
})
