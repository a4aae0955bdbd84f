import { describe, expect, it } from 'vitest'
import { StopWaiting, waitUntil } from './wait-until.ts'

const what = 'the end'

describe('waitUntil', () => {
  it('returns the first answer that is one', async () => {
    const answers = [null, undefined, false, 0]
    await expect(waitUntil(() => answers.shift(), { what, withinMs: 5_000, everyMs: 1 })).resolves.toBe(0)
  })

  it('gives up at the deadline, with the last error as cause', async () => {
    const cause = new Error('not yet')
    const wait = waitUntil(() => Promise.reject(cause), { what, withinMs: 5, everyMs: 1 })
    await expect(wait).rejects.toMatchObject({ message: 'gave up waiting for the end after 5 ms', cause })
  })

  it('stops at once when the answer can no longer come', async () => {
    const fatal = new Error('dead')
    const wait = waitUntil(() => Promise.reject(new StopWaiting(fatal)), { what, withinMs: 60_000 })
    await expect(wait).rejects.toBe(fatal)
  })

  it('ends with the reason of the signal, also in the middle of a pause', async () => {
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const wait = waitUntil(() => false, { what, withinMs: 60_000, everyMs: 60_000, signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await expect(wait).rejects.toBe(reason)
  })
})
