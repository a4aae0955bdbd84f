import { describe, expect, it } from 'vitest'
import {
  formatQuantity,
  parseQuantity,
  quantityProblem,
  roundedUpToMillis,
} from '../../../src/apiserver/schema/quantity.ts'

describe('quantities', () => {
  it.for([
    ['0', '0'],
    ['1', '1'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['1000m', '1'],
    ['1000', '1k'],
    ['1500', '1500'],
    ['100M', '100M'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['512', '512'],
    ['0.5Ki', '512'],
    ['2e3', '2e3'],
    ['12E2', '1200'],
    ['1E', '1E'],
    ['-1', '-1'],
    ['+3', '3'],
    ['.5', '500m'],
    ['5.', '5'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['1u', '1u'],
    ['m', '0'],
    ['.', '0'],
    ['1e30', '1e30'],
    ['1e400', '10e399'],
    ['10000000Ei', '9223372036854775807'],
  ] as const)('writes %s as %s', ([text, canonical]) => {
    const quantity = parseQuantity(text)
    expect(quantity && formatQuantity(quantity)).toBe(canonical)
  })

  it.for(['', '2 cores', '1x', '1.2.3', '0x10', '1e1.5', '١'])('knows that %j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
    expect(quantityProblem(text)).toMatch(/^quantities must match/)
  })

  it.for(['--1', '1Mi5', '1e', '1k+'])('does not know the suffix of %s', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
    expect(quantityProblem(text)).toBe("unable to parse quantity's suffix")
  })

  it.for([
    ['0.1m', '1m'],
    ['1500u', '2m'],
    ['-0.1m', '-1m'],
    ['1.0', '1.0'],
    ['2 cores', '2 cores'],
  ] as const)('rounds %s to %s', ([text, rounded]) => {
    expect(roundedUpToMillis(text)).toBe(rounded)
  })

  it('compares across suffixes', () => {
    expect(parseQuantity('1Gi')?.nano).toBe(parseQuantity('1073741824')?.nano)
    expect(parseQuantity('0.1')?.nano).toBe(parseQuantity('100m')?.nano)
  })
})
