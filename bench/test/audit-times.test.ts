import { expect, it } from 'vitest'
import { epochMs, ratePerSecond } from '../measuring/audit-times.ts'

it('keeps the microseconds of the audit log', () => {
  expect(epochMs('2026-01-01T00:00:00.000000Z')).toBe(Date.UTC(2026, 0, 1))
  expect(epochMs('2026-01-01T00:00:01.250125Z')).toBeCloseTo(Date.UTC(2026, 0, 1) + 1250.125, 3)
  expect(epochMs('2026-01-01T00:00:01Z')).toBe(Date.UTC(2026, 0, 1) + 1000)
})

it('counts from the first request that came to the last that was answered', () => {
  const request = (received: number, answered: number) =>
    ({ received, answered }) as Parameters<typeof ratePerSecond>[0][number]
  expect(ratePerSecond([request(1_000, 1_100), request(1_050, 3_000)])).toBe(1)
})
