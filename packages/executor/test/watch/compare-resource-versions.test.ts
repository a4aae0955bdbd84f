import { expect, it } from 'vitest'
import { compareResourceVersions } from '../../src/watch/compare-resource-versions.ts'

it.each([
  ['1', '2', -1],
  ['10', '9', 1],
  ['18446744073709551615', '18446744073709551614', 1],
  ['7', '7', 0],
  ['0', '1', -1],
  ['', '1', undefined],
  ['01', '1', undefined],
  ['a', 'b', undefined],
])('compares %j with %j', (a, b, sign) => {
  const order = compareResourceVersions(a, b)
  expect(order === undefined ? undefined : Math.sign(order)).toBe(sign)
})
