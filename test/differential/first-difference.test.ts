import { expect, it } from 'vitest'
import { firstDifference } from './first-difference.ts'

it.for([
  ['equal values', { a: [1, { b: null }] }, { a: [1, { b: null }] }, undefined],
  ['another value', { a: { b: 1 } }, { a: { b: 2 } }, { path: 'a.b', left: 1, right: 2 }],
  ['a missing item', [1, 2], [1], { path: '1', left: 2, right: undefined }],
  ['an extra field', {}, { a: null }, { path: 'a', left: undefined, right: null }],
  ['a list for an object', { a: [] }, { a: {} }, { path: 'a', left: [], right: {} }],
  ['another order of keys', { a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, { path: 'a', left: 'b,c', right: 'c,b' }],
] as const)('finds %s', ([, left, right, expected]) => {
  expect(firstDifference(left, right)).toEqual(expected)
})
