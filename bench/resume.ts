import { failuresOf } from './format-result.ts'
import type { BenchmarkResult, BenchResult } from './result.ts'

/**
 * What a command that was broken off has measured to its end, without what failed. Each benchmark stands for itself: its
 * contenders are compared with each other, so another may follow on another day or machine.
 *
 * @throws Error when they are figures of another command: of other numbers, or of a part of the benchmarks
 */
export function resumedResults(before: BenchResult, command: string): BenchmarkResult[] {
  if (before.command !== command)
    throw new Error(`it has the figures of ${before.command}: give the same arguments, or start anew without --resume`)
  return before.benchmarks.filter((result) => failuresOf(result).length === 0)
}
