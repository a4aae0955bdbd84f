import { describe, expect, it } from 'vitest'
import { retryDelayMs } from '../../../src/store/outcome/retry-delay.ts'

function delays(retryDelaySeconds: number, backoff: boolean, max: number | null = null): number[] {
  const task = { retryDelaySeconds, retryExponentialBackoff: backoff, maxRetryDelaySeconds: max }
  return [1, 2, 3, 4].map((tryNumber) => retryDelayMs(task, tryNumber) / 1000)
}

describe('retryDelayMs', () => {
  it('is the same after each try without backoff', () => {
    expect(delays(10, false)).toEqual([10, 10, 10, 10])
    expect(delays(0.2, false)).toEqual([0.2, 0.2, 0.2, 0.2])
    expect(delays(0, false)).toEqual([0, 0, 0, 0])
  })

  it('doubles with backoff, in whole seconds and at least one, as Airflow does', () => {
    expect(delays(10, true)).toEqual([10, 20, 40, 80])
    expect(delays(0.3, true)).toEqual([1, 1, 2, 3])
    expect(delays(0, true)).toEqual([1, 1, 1, 1])
  })

  it('is capped by maxRetryDelaySeconds, and backoff by a day', () => {
    expect(delays(10, true, 25)).toEqual([10, 20, 25, 25])
    expect(delays(10, false, 3)).toEqual([3, 3, 3, 3])
    expect(delays(50_000, true)).toEqual([50_000, 86_400, 86_400, 86_400])
    expect(
      retryDelayMs({ retryDelaySeconds: 1, retryExponentialBackoff: true, maxRetryDelaySeconds: null }, 5000),
    ).toBe(86_400_000)
  })
})
