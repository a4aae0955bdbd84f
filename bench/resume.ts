import type { Conditions } from './conditions.ts'
import { failuresOf } from './format-result.ts'
import type { BenchmarkResult, BenchResult } from './result.ts'

/**
 * What a command that was broken off has measured to its end, without what failed.
 *
 * @throws Error that says under what other conditions it was measured, all that differ: figures of two machines or of
 *   other numbers do not stand in one table
 */
export function resumedResults({ conditions, benchmarks }: BenchResult, now: Conditions): BenchmarkResult[] {
  const fields = Object.keys(now) as (keyof Conditions)[]
  const different = fields.filter((field) => conditions[field] !== now[field])
  if (different.length > 0) {
    const lines = different.map((field) => `${field} was ${conditions[field]} and is ${now[field]}`)
    throw new Error(`its figures are of other conditions, so start anew without --resume:\n${lines.join('\n')}`)
  }
  return benchmarks.filter((result) => failuresOf(result).length === 0)
}
