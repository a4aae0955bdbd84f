import { expect, it } from 'vitest'
import { seededRandom } from '../src/index.ts'

const some = (seed: number, count = 1000) => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random())
}

it('gives the same numbers for the same seed, and others for others', () => {
  expect(some(1)).toEqual(some(1))
  expect(some(1)).not.toEqual(some(2))
  expect(some(0.5)).toEqual(some(0))
})

it('gives numbers from 0 up to 1, spread evenly', () => {
  const numbers = some(7, 100_000)
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = numbers.filter((number) => Math.floor(number * 10) === tenth).length / numbers.length
    expect(share).toBeCloseTo(0.1, 2)
  }
})
