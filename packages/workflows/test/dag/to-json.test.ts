import { describe, expect, it } from 'vitest'
import { toJson } from '../../src/dag/to-json.ts'

describe('toJson', () => {
  it('takes what JSON can say, and what says itself how', () => {
    const value = { a: [1, 'x', null, true], b: undefined, when: new Date(0), n: Object.create(null) }
    expect(toJson(value)).toEqual({
      json: { a: [1, 'x', null, true], when: '1970-01-01T00:00:00.000Z', n: {} },
      lost: [],
    })
  })

  it('keeps a key called __proto__ a key', () => {
    const { json } = toJson(JSON.parse('{"__proto__": 1}'))
    expect(Object.entries(json ?? {})).toEqual([['__proto__', 1]])
  })

  it('lets an object stand twice, but not in itself', () => {
    const shared = {}
    expect(toJson([shared, shared]).lost).toEqual([])
    const cycle: Record<string, unknown> = {}
    cycle.a = [cycle]
    expect(toJson(cycle).lost).toEqual([{ path: ['a', 0], message: 'the object contains itself' }])
  })

  it.each([
    [undefined, 'undefined is no JSON: use null'],
    [() => 1, 'a function is no JSON'],
    [1n, 'a bigint is no JSON'],
    [Symbol('x'), 'a symbol is no JSON'],
    [Number.NaN, 'the number NaN is no JSON'],
    [Number.POSITIVE_INFINITY, 'the number Infinity is no JSON'],
    [new Map(), 'a Map is no JSON'],
    [new Set(), 'a Set is no JSON'],
    [new Error('x'), 'an Error is no JSON'],
    [Promise.resolve(), 'a Promise is no JSON'],
    [new Uint8Array(1), 'a Uint8Array is no JSON'],
    [new Date(Number.NaN), 'the date is invalid'],
  ])('reports %s', (value, message) => {
    expect(toJson({ at: [value] }).lost).toEqual([{ path: ['at', 0], message }])
  })
})
