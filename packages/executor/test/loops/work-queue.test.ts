import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { WorkQueue } from '../../src/loops/work-queue.ts'

function build(work: (item: string) => Promise<void>, { concurrency = 2, retry = true } = {}) {
  const clock = new FakeClock(0)
  const errors: [string, number][] = []
  const queue = new WorkQueue<string>({
    concurrency,
    work,
    clock,
    random: () => 0,
    onError: (item, _error, delayMs) => {
      errors.push([item, delayMs])
      return retry
    },
  })
  return { clock, errors, queue }
}

describe('WorkQueue', () => {
  it('works on a few items at a time, first come first served', async () => {
    const begun: string[] = []
    const ends: (() => void)[] = []
    const { queue } = build((item) => {
      begun.push(item)
      return new Promise((resolve) => ends.push(resolve))
    })
    for (const item of ['a', 'b', 'c']) queue.push(item)
    expect(begun).toEqual(['a', 'b'])
    ends[0]?.()
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toEqual(['a', 'b', 'c'])
    for (const end of ends) end()
    await queue.idle()
    expect(queue.size).toBe(0)
  })

  it('tries a failed item again after a backoff of its own', async () => {
    let failures = 2
    const done: string[] = []
    const { clock, errors, queue } = build(async (item) => {
      if (item === 'bad' && failures-- > 0) throw new Error('no')
      done.push(item)
    })
    queue.push('bad')
    queue.push('good')
    await clock.advance(0)
    expect(done).toEqual(['good'])
    await queue.idle()
    await clock.advance(1_500)
    expect(errors).toEqual([
      ['bad', 500],
      ['bad', 1_000],
    ])
    expect(done).toEqual(['good', 'bad'])
  })

  it('gives an item up when told', async () => {
    const { clock, queue } = build(() => Promise.reject(new Error('no')), { retry: false })
    queue.push('a')
    await clock.advance(60_000)
    expect(queue.size).toBe(0)
  })

  it('I11: leaves nothing after stop()', async () => {
    const { clock, queue } = build(() => Promise.reject(new Error('no')))
    queue.push('a')
    await clock.advance(0)
    expect(clock.pendingCount).toBe(1)
    await queue.stop()
    queue.push('b')
    expect([clock.pendingCount, queue.size]).toEqual([0, 0])
  })
})
