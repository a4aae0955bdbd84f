import { expect, it } from 'vitest'
import { goDuration, RestartBackOff } from '../../src/kubelet/restart-backoff.ts'

it('lets the first restart go at once, then waits 10 s, doubled up to 300 s', () => {
  const backOff = new RestartBackOff()
  const delays: number[] = []
  let now = 0
  for (let restart = 0; restart < 8; restart++) {
    const endedAt = now
    delays.push(backOff.delayAfter(endedAt))
    now += backOff.delayAfter(endedAt)
    backOff.countStart(endedAt, now)
    now += 1_000
  }
  expect(delays).toEqual([0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
})

it('begins again after a run of more than ten minutes', () => {
  const backOff = new RestartBackOff()
  backOff.countStart(0, 0)
  backOff.countStart(1_000, 11_000)
  expect(backOff.delayAfter(12_000)).toBe(20_000)
  expect(backOff.delayAfter(11_000 + 600_000)).toBe(20_000)
  expect(backOff.delayAfter(11_000 + 600_001)).toBe(0)
})

it.each([
  [10_000, '10s'],
  [40_000, '40s'],
  [80_000, '1m20s'],
  [160_000, '2m40s'],
  [300_000, '5m0s'],
])('prints %i ms as Go does', (ms, text) => {
  expect(goDuration(ms)).toBe(text)
})
