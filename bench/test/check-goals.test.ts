import { describe, expect, it } from 'vitest'
import { checkGoals, goalText } from '../check-goals.ts'
import { benchmarkResult } from './benchmark-result.ts'

const result = (contenders: Record<string, (Record<string, number> | null)[]>) =>
  benchmarkResult({
    contenders: Object.fromEntries(Object.entries(contenders).map(([name, runs]) => [name, { runs, failures: [] }])),
  })
const rate = (value: number) => ({ 'creates/s': value })
const check = (goal: object, contenders: Parameters<typeof result>[0]) =>
  checkGoals([{ benchmark: 'B1', metric: 'creates/s', ...goal }], { benchmarks: [result(contenders)] })

describe('checkGoals', () => {
  it('compares the median of the ratios of each run, not the ratio of the medians', () => {
    const contenders = { davit: [rate(50), rate(100), rate(90)], tuned: [rate(100), rate(101), rate(100)] }
    expect(check({ against: 'tuned', atLeast: 0.9 }, contenders)).toMatchObject([{ median: 0.9, isMet: true }])
    expect(check({ against: 'tuned', atLeast: 0.95 }, contenders)).toMatchObject([{ isMet: false }])
  })

  it('compares the figure itself where a goal names no other contender', () => {
    expect(check({ atMost: 10 }, { davit: [rate(8), rate(12), rate(9)] })).toMatchObject([{ median: 9, isMet: true }])
  })

  it('leaves runs out in which one of the two failed, and has no goal met that was not measured', () => {
    const halves = { davit: [null, rate(10)], tuned: [rate(1), rate(5)] }
    expect(check({ against: 'tuned', atLeast: 1 }, halves)).toMatchObject([{ median: 2, isMet: true }])
    expect(check({ against: 'airflow', atLeast: 1 }, halves)).toMatchObject([{ median: null, isMet: false }])
  })

  it('looks at no goal of a benchmark that did not run', () => {
    expect(check({ benchmark: 'B2', atLeast: 1 }, { davit: [rate(1)] })).toEqual([])
  })
})

describe('goalText', () => {
  it('says what is to be, and beside whom', () => {
    expect(goalText({ benchmark: 'B1', metric: 'creates/s', against: 'tuned', atLeast: 0.95 })).toBe(
      'B1: creates/s >= 0.95 × tuned',
    )
    expect(goalText({ benchmark: 'B4', metric: 'us/event', atMost: 10 })).toBe('B4: us/event <= 10')
  })
})
