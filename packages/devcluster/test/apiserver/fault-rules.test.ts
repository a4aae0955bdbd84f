import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { FaultRules } from '../../src/apiserver/fault-rules.ts'
import { requestInfo } from '../../src/apiserver/http/request-info.ts'

const create = requestInfo('POST', '/api/v1/namespaces/default/pods', false)
const list = requestInfo('GET', '/api/v1/namespaces/default/pods', false)
const { signal } = new AbortController()

function rulesFixture() {
  const clock = new FakeClock()
  const state = { resumed: 0 }
  const rules = new FaultRules(clock, () => {
    state.resumed++
  })
  return { clock, rules, state }
}

describe('FaultRules', () => {
  it('refuses what matches, so many times, and counts', async () => {
    const { rules } = rulesFixture()
    const scope = { match: { verb: 'create', resource: 'pods' }, count: 2 } as const
    const refusal = { ...scope, code: 429, retryAfterSeconds: 3, message: 'slow down' } as const
    using handle = rules.add('refuse', scope, { refusal })
    await expect(rules.before(list, signal)).resolves.toEqual({ drop: false, loseAnswer: false })
    for (let time = 0; time < 2; time++) {
      await expect(rules.before(create, signal)).rejects.toMatchObject({
        code: 429,
        status: { reason: 'TooManyRequests', message: 'slow down', details: { retryAfterSeconds: 3 } },
      })
    }
    await rules.before(create, signal)
    expect(handle.hits).toBe(2)
  })

  it('waits on the clock that is injected', async () => {
    const { rules, clock } = rulesFixture()
    rules.add('delay', { match: (request) => request.verb === 'create' }, { delayMs: 500 })
    let isOver = false
    const waiting = rules.before(create, signal).then(() => {
      isOver = true
    })
    await clock.advance(499)
    expect(isOver).toBe(false)
    await clock.advance(1)
    await waiting
    expect(isOver).toBe(true)
  })

  it('loses answers and drops requests until undone', async () => {
    const { rules } = rulesFixture()
    const lose = rules.add('loseAnswer', {})
    await expect(rules.before(create, signal)).resolves.toEqual({ drop: false, loseAnswer: true })
    lose.undo()
    lose.undo()
    const drop = rules.add('dropConnection', {})
    await expect(rules.before(create, signal)).resolves.toEqual({ drop: true, loseAnswer: false })
    drop.undo()
    await expect(rules.before(create, signal)).resolves.toEqual({ drop: false, loseAnswer: false })
  })

  it('lets held watches go on when it is undone', () => {
    const { rules, state } = rulesFixture()
    const stall = rules.add('stall', { match: { namespace: 'default' } })
    expect(rules.isStalled(list)).toBe(true)
    stall.undo()
    expect([rules.isStalled(list), state.resumed]).toEqual([false, 1])
  })
})
