import { expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { CreationBrake } from '../../../src/loops/launching/creation-brake.ts'

it('lets everything go without limits', () => {
  const config = { podCreationsPerSecond: 0, maxPendingPods: 0 }
  const brake = new CreationBrake({ config, clock: new FakeClock(0), pendingCount: () => 9_999 })
  brake.began()
  expect([brake.room, brake.nextAt, brake.reason]).toEqual([Number.POSITIVE_INFINITY, 0, null])
})

it('spaces creates evenly, catches up on a timer that was late, and not on idle time', async () => {
  const clock = new FakeClock(0)
  const config = { podCreationsPerSecond: 20, maxPendingPods: 0 }
  const brake = new CreationBrake({ config, clock, pendingCount: () => 0 })
  brake.began()
  expect([brake.nextAt, brake.reason]).toEqual([
    50,
    'waiting for its create: 20 begin in a second (podCreationsPerSecond)',
  ])
  await clock.advance(58)
  brake.began()
  expect(brake.nextAt).toBe(100)
  await clock.advance(1_000)
  brake.began()
  expect(brake.nextAt).toBe(1_108)
})

it('counts what is pending anew each time', () => {
  const config = { podCreationsPerSecond: 0, maxPendingPods: 3 }
  let pending = 1
  const brake = new CreationBrake({ config, clock: new FakeClock(0), pendingCount: () => pending })
  expect([brake.room, brake.reason]).toEqual([2, null])
  pending = 4
  expect([brake.room, brake.reason]).toEqual([0, 'waiting for its create: 3 pods are pending (maxPendingPods)'])
})
