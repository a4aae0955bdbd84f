import { describe, expect, it } from 'vitest'
import { percentile, spreadOf } from '../statistics.ts'

describe('spreadOf', () => {
  it('has the middle of an odd number, and the mean of the two middles of an even one', () => {
    expect(spreadOf([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 })
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 })
    expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 })
  })
})

describe('percentile', () => {
  it('is a value that was measured: the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(percentile(values, 0.5)).toBe(50)
    expect(percentile(values, 0.99)).toBe(99)
    expect(percentile(values, 1)).toBe(100)
    expect(percentile([3, 9], 0.99)).toBe(9)
  })
})
