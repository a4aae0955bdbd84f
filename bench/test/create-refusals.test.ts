import { describe, expect, it } from 'vitest'
import { CreateRefusals } from '../server/create-refusals.ts'

const body = (name: number) => Buffer.from(`{"name":"${name}"}`)
const refusalsOf = (seed: number, share = 0.2) => new CreateRefusals({ share, retryAfterMs: 1_000, seed })

describe('CreateRefusals', () => {
  it('refuse their share of the creates, the same ones by the same seed', () => {
    const [first, second, other] = [refusalsOf(1), refusalsOf(1), refusalsOf(2)]
    const chosen = (refusals: CreateRefusals) => Array.from({ length: 2_000 }, (_, i) => refusals.refuses(body(i), i))
    const all = chosen(first)
    expect(all.filter(Boolean).length / all.length).toBeCloseTo(0.2, 1)
    expect(chosen(second)).toEqual(all)
    expect(chosen(other)).not.toEqual(all)
  })

  it('note a create that comes again before it may', () => {
    const refusals = refusalsOf(1, 1)
    for (const at of [0, 500, 1_600, 1_700]) refusals.refuses(body(0), at)
    refusals.refuses(body(1), 1_800)
    expect(refusals.seen.map(({ isEarly }) => isEarly)).toEqual([false, true, false, true, false])
  })
})
