import { expect, it } from 'vitest'
import { epochMs, isList, meanInFlight, ratePerSecond, type TimedRequest } from '../measuring/audit-times.ts'

it('keeps the microseconds of the audit log', () => {
  expect(epochMs('2026-01-01T00:00:00.000000Z')).toBe(Date.UTC(2026, 0, 1))
  expect(epochMs('2026-01-01T00:00:01.250125Z')).toBeCloseTo(Date.UTC(2026, 0, 1) + 1250.125, 3)
  expect(epochMs('2026-01-01T00:00:01Z')).toBe(Date.UTC(2026, 0, 1) + 1000)
})

const request = (received: number, answered: number) => ({ received, answered }) as TimedRequest

it('counts from the beginning of the work to the last answer', () => {
  expect(ratePerSecond([request(1_500, 3_000), request(1_600, 2_500)], 1_000)).toBe(1)
})

it('tells how many requests the server had at a time', () => {
  expect(meanInFlight([request(1_000, 2_000), request(1_500, 2_500), request(2_500, 3_000)])).toBe(1.25)
})

it.each([
  ['list', '/api/v1/pods?limit=500', true],
  ['watch', '/api/v1/pods?watch=1&resourceVersion=12', false],
  ['watch', '/api/v1/pods?watch=1&resourceVersion=12&sendInitialEvents=true', true],
  ['watch', '/api/v1/pods?watch=1&resourceVersion=0', true],
  ['watch', '/api/v1/pods?watch=1', true],
  ['get', '/api/v1/pods/a', false],
])('a %s of %s asks for everything that is there: %s', (verb, uri, isAll) => {
  expect(isList({ verb, uri } as TimedRequest)).toBe(isAll)
})
