import { describe, expect, it } from 'vitest'
import {
  type CreationLimit,
  initialCreationLimit,
  nextCreationLimit,
} from '../../../src/loops/launching/creation-limit.ts'

/** One full round of answers. */
function round(state: CreationLimit, latencyMs: number): CreationLimit {
  let next = state
  for (let i = 0; i < state.limit; i++)
    next = nextCreationLimit(next, { kind: 'answered', latencyMs, wasFull: true, sentAtChanges: next.changes })
  return next
}

describe('the creation limit', () => {
  it('starts at 16 and grows to the maximum while rounds are clean', () => {
    let state = initialCreationLimit(64)
    const limits = [state.limit]
    for (let i = 0; i < 5; i++) {
      state = round(state, 30)
      limits.push(state.limit)
    }
    expect(limits).toEqual([16, 24, 36, 54, 64, 64])
  })

  it('starts at the maximum when that is lower', () => {
    expect(initialCreationLimit(1).limit).toBe(1)
    expect(round(initialCreationLimit(1), 5).limit).toBe(1)
  })

  it('halves on overload, down to one', () => {
    let state = initialCreationLimit(64)
    const limits = []
    for (let i = 0; i < 6; i++) {
      state = nextCreationLimit(state, { kind: 'overload', sentAtChanges: state.changes })
      limits.push(state.limit)
    }
    expect(limits).toEqual([8, 4, 2, 1, 1, 1])
  })

  it('takes the overload that a burst met for one', () => {
    let state = initialCreationLimit(64)
    for (let i = 0; i < 16; i++) state = nextCreationLimit(state, { kind: 'overload', sentAtChanges: 0 })
    expect(state.limit).toBe(8)
  })

  it('gets used to a delay that came to stay', () => {
    let state = round(round(initialCreationLimit(64), 20), 20)
    for (let i = 0; i < 20; i++) state = round(state, 2_000)
    expect(state.limit).toBeLessThan(16)
    for (let i = 0; i < 40; i++) state = round(state, 2_000)
    expect(state.limit).toBe(64)
  })

  it('shrinks when a round takes three times the lowest, and not for a constant delay', () => {
    let slow = initialCreationLimit(64)
    for (let i = 0; i < 4; i++) slow = round(slow, 2_000)
    expect(slow.limit).toBe(64)
    const grown = round(round(initialCreationLimit(64), 20), 20)
    expect(round(grown, 70).limit).toBe(Math.floor(grown.limit / 2))
    expect(round(grown, 59).limit).toBeGreaterThan(grown.limit)
  })

  it('learns nothing from answers that came while it was not in full use', () => {
    let state = initialCreationLimit(64)
    const signal = { kind: 'answered', latencyMs: 1, wasFull: false, sentAtChanges: 0 } as const
    for (let i = 0; i < 100; i++) state = nextCreationLimit(state, signal)
    expect(state).toMatchObject({ limit: 16, round: [], lowestMs: null })
  })
})
