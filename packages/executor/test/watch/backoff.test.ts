import { describe, expect, it } from 'vitest'
import { Backoff } from '../../src/watch/backoff.ts'

const delays = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next())

describe('Backoff', () => {
  it('doubles up to its ceiling, and begins anew after a reset', () => {
    const backoff = new Backoff({ initialMs: 250, maxMs: 1_500, random: () => 0 })
    expect(delays(backoff, 5)).toEqual([250, 500, 1_000, 1_500, 1_500])
    expect(backoff.failures).toBe(5)
    backoff.reset()
    expect(delays(backoff, 2)).toEqual([250, 500])
  })

  it('spreads each delay between once and twice its length', () => {
    const backoff = new Backoff({ initialMs: 100, maxMs: 1_000, random: () => 0.999 })
    expect(delays(backoff, 5)).toEqual([200, 400, 800, 1_599, 1_999])
  })

  it('takes another factor and less jitter', () => {
    const backoff = new Backoff({ initialMs: 100, maxMs: 1_000, factor: 3, jitter: 0.1, random: () => 0.5 })
    expect(delays(backoff, 3)).toEqual([105, 315, 945])
  })

  it('never undercuts what the server asked for, spreads that too, and does not cut it at the ceiling', () => {
    const backoff = new Backoff({ initialMs: 100, maxMs: 1_000, random: () => 0.5 })
    expect(backoff.next(60_000)).toBe(60_050)
    expect(backoff.next(1)).toBe(300)
  })

  it('stays at its ceiling for ever', () => {
    const backoff = new Backoff({ initialMs: 1, maxMs: 5_000, random: () => 0 })
    delays(backoff, 5_000)
    expect(backoff.next()).toBe(5_000)
  })
})
