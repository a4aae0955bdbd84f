import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../src/kube/retry-after.ts'

const now = Date.parse('2026-11-22T12:00:00Z')

describe('parseRetryAfter', () => {
  it.each([
    ['1', 1_000],
    [' 120 ', 120_000],
    ['0', 0],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('L20: reads %j as %j ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected)
  })
})
