import { expect, it } from 'vitest'
import { epochMs, ratePerSecond } from '../measuring/audit-times.ts'

it('keeps the microseconds of the audit log', () => {
  expect(epochMs('2026-01-01T00:00:00.000000Z')).toBe(Date.UTC(2026, 0, 1))
  expect(epochMs('2026-01-01T00:00:01.250125Z')).toBeCloseTo(Date.UTC(2026, 0, 1) + 1250.125, 3)
  expect(epochMs('2026-01-01T00:00:01Z')).toBe(Date.UTC(2026, 0, 1) + 1000)
})

it('counts from the beginning of the work to the last answer', () => {
  const answeredAt = (answered: number) => ({ answered }) as Parameters<typeof ratePerSecond>[0][number]
  expect(ratePerSecond([answeredAt(3_000), answeredAt(2_500)], 1_000)).toBe(1)
})
