import { expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { Deadlines } from '../../src/loops/deadlines.ts'

it('calls back for each item at its time, with one timer', async () => {
  const clock = new FakeClock(0)
  const due: [string, number][] = []
  const deadlines = new Deadlines<string>(clock, (item) => due.push([item, clock.now()]))
  deadlines.set('b', 200)
  deadlines.set('a', 100)
  deadlines.set('c', 300)
  deadlines.set('c', 400)
  deadlines.set('d', 150)
  deadlines.clear('d')
  expect(clock.pendingCount).toBe(1)
  await clock.advance(500)
  expect(due).toEqual([
    ['a', 100],
    ['b', 200],
    ['c', 400],
  ])
  expect(clock.pendingCount).toBe(0)
})

it('leaves no timer once everything is cleared or it was stopped', () => {
  const clock = new FakeClock(0)
  const deadlines = new Deadlines<string>(clock, () => {})
  deadlines.set('a', 100)
  deadlines.clear('a')
  expect(clock.pendingCount).toBe(0)
  deadlines.set('a', 100)
  deadlines.stop()
  expect(clock.pendingCount).toBe(0)
})

it('knows the latest time of an item that is set again and again, or set anew after it was cleared', async () => {
  const clock = new FakeClock(0)
  const due: [string, number][] = []
  const deadlines = new Deadlines<string>(clock, (item) => due.push([item, clock.now()]))
  for (let round = 0; round < 100; round++) {
    deadlines.set('a', 100 + (round % 7))
    deadlines.set('b', 300)
    deadlines.clear('b')
  }
  deadlines.set('a', 200)
  deadlines.set('b', 300)
  await clock.advance(500)
  expect(due).toEqual([
    ['a', 200],
    ['b', 300],
  ])
})
