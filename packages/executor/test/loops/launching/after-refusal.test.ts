import { describe, expect, it } from 'vitest'
import { afterRefusal } from '../../../src/loops/launching/after-refusal.ts'
import { refusalOf } from '../../../src/loops/launching/refusal.ts'
import type { EntryRefusal } from '../../../src/loops/passing-state.ts'
import { apiError } from '../../support/fake-pods.ts'

const quota = refusalOf(
  apiError(403, 'Forbidden', 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
)
const busy = refusalOf(apiError(429, 'TooManyRequests', 'busy', { retryAfterMs: 9_000 }))
const account = refusalOf(apiError(403, 'Forbidden', 'error looking up service account n/x'))
const conflict = refusalOf(apiError(409, 'Conflict', 'the object has been modified'))
const config = { maxRefusalSeconds: 3_600, taskPublishMaxRetries: -1 }

function waits(before: EntryRefusal | null, refusal: typeof quota, now: number, options = config): EntryRefusal {
  const next = afterRefusal(before, refusal, { now, random: () => 0, config: options })
  if (next.kind !== 'wait') throw new Error(`failed: ${next.failure.message}`)
  return next.refusal
}

describe('afterRefusal', () => {
  it('I9: backs off further with each refusal of one cause, up to its maximum', () => {
    let refusal = waits(null, conflict, 0)
    const delays = [refusal.nextAt]
    for (let round = 0; round < 7; round++) {
      const now = refusal.nextAt
      refusal = waits(refusal, conflict, now)
      delays.push(refusal.nextAt - now)
    }
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  })

  it('P24: lets no launch fall behind others for what keeps its whole namespace back: the gate does the backing off', () => {
    const again = waits(waits(null, quota, 0), quota, 1_000)
    expect(again.nextAt).toBe(2_000)
  })

  it('begins the backoff anew for another cause, and counts the ceiling from the first refusal', () => {
    const first = waits(waits(null, quota, 0), quota, 1_000)
    const other = waits(first, busy, 3_000)
    expect(other).toMatchObject({ since: 0, sameCause: 1, total: 3, nextAt: 12_000 })
  })

  it('never undercuts what the server asked for', () => {
    expect(waits(null, busy, 0).nextAt).toBe(9_000)
  })

  it('fails as the class of the cause at the ceiling, not a backoff later', () => {
    const late: EntryRefusal = {
      refusal: quota,
      since: 0,
      sameCause: 9,
      total: 9,
      nextAt: 3_590_000,
      endsAt: 3_600_000,
    }
    const last = waits(late, quota, 3_599_500)
    expect(last.nextAt).toBe(3_600_000)
    expect(afterRefusal(last, quota, { now: 3_600_000, random: () => 0, config })).toMatchObject({
      kind: 'fail',
      failure: { class: 'capacity', message: expect.stringContaining('(for 3600 s)') },
    })
  })

  it('gives a missing service account 60 s', () => {
    expect(waits(null, account, 0).since).toBe(0)
    const before = waits(null, account, 0)
    expect(afterRefusal(before, account, { now: 60_000, random: () => 0, config })).toMatchObject({
      kind: 'fail',
      failure: { class: 'config' },
    })
  })

  it('takes a refusal for final with maxRefusalSeconds 0, and after taskPublishMaxRetries', () => {
    const final = { ...config, maxRefusalSeconds: 0 }
    expect(afterRefusal(null, quota, { now: 0, random: () => 0, config: final }).kind).toBe('fail')
    const twice = { ...config, taskPublishMaxRetries: 2 }
    const second = waits(waits(null, quota, 0, twice), quota, 1_000, twice)
    expect(afterRefusal(second, quota, { now: 3_000, random: () => 0, config: twice }).kind).toBe('fail')
  })
})
