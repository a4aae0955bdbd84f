import { describe, expect, it } from 'vitest'
import { createTestClock } from '../src/index.ts'

describe('createTestClock', () => {
  it('stands still at the time it is given', async () => {
    expect(createTestClock().now()).toBe(Date.parse('2026-01-01T00:00:00Z'))
    expect(createTestClock('2030-05-01T12:00:00Z').now()).toBe(Date.parse('2030-05-01T12:00:00Z'))
    expect(createTestClock(new Date(5)).now()).toBe(5)
    expect(() => createTestClock('tomorrow')).toThrow(new RangeError('not a time: tomorrow'))
  })

  it('calls back in the order of time, then of asking, and says then what time it is', async () => {
    const clock = createTestClock(0)
    const called: [string, number][] = []
    const call = (name: string, delayMs: number) => clock.setTimeout(() => called.push([name, clock.now()]), delayMs)
    call('c', 30)
    call('a', 10)
    call('b', 20)
    call('b again', 20)
    call('at once', -5)
    call('never', 31)
    await clock.advance(30)
    expect(called).toEqual([
      ['at once', 0],
      ['a', 10],
      ['b', 20],
      ['b again', 20],
      ['c', 30],
    ])
    expect([clock.now(), clock.pendingTimers]).toEqual([30, 1])
  })

  it('reaches what is asked for on the way, by calls and by promises', async () => {
    const clock = createTestClock(0)
    const called: number[] = []
    const sleep = (delayMs: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, delayMs))
    const loop = async () => {
      for (let round = 0; round < 3; round++) {
        await sleep(10)
        called.push(clock.now())
      }
    }
    const looping = loop()
    await clock.advance(25)
    expect(called).toEqual([10, 20])
    await clock.advance(5)
    await looping
    expect(called).toEqual([10, 20, 30])
  })

  it('takes calls back, also several times and at the same moment', async () => {
    const clock = createTestClock(0)
    const called: string[] = []
    const first = clock.setTimeout(() => {
      called.push('first')
      second.cancel()
    }, 10)
    const second = clock.setTimeout(() => called.push('second'), 10)
    const third = clock.setTimeout(() => called.push('third'), 10)
    third.cancel()
    third.cancel()
    await clock.advance(10)
    first.cancel()
    expect([called, clock.pendingTimers]).toEqual([['first'], 0])
  })

  it('lets one move end before the next begins, and never runs backwards', async () => {
    const clock = createTestClock(0)
    const called: number[] = []
    for (const delayMs of [10, 20]) clock.setTimeout(() => called.push(clock.now()), delayMs)
    await Promise.all([clock.advance(15), clock.advance(15)])
    expect([called, clock.now()]).toEqual([[10, 20], 30])
    await expect(clock.advance(-1)).rejects.toThrow(RangeError)
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError)
  })

  it('has room for thousands', async () => {
    const clock = createTestClock(0)
    let called = 0
    const timers = Array.from({ length: 20_000 }, (_, index) => clock.setTimeout(() => called++, (index * 7919) % 100))
    for (const timer of timers.slice(0, 10_000)) timer.cancel()
    await clock.advance(100)
    expect(called).toBe(10_000)
  })
})
