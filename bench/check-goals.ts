import type { Goal } from './goals.ts'
import { type BenchmarkResult, type BenchResult, figures, ratios } from './result.ts'
import { spreadOf } from './statistics.ts'

/** How a goal and what was measured compare: the median decides. */
export interface GoalCheck {
  readonly goal: Goal
  /** Null: not measured. */
  readonly median: number | null
  readonly isMet: boolean
}

/** @param selected only goals of benchmarks that were run are looked at */
export function checkGoals(goals: readonly Goal[], { benchmarks }: Pick<BenchResult, 'benchmarks'>): GoalCheck[] {
  const byName = new Map(benchmarks.map((result) => [result.name, result]))
  return goals.flatMap((goal) => {
    const result = byName.get(goal.benchmark)
    if (result === undefined) return []
    const values = valuesOf(goal, result)
    const median = values.length === 0 ? null : spreadOf(values).median
    return [{ goal, median, isMet: median !== null && within(goal, median) }]
  })
}

export function goalText({ benchmark, metric, against, atLeast, atMost }: Goal): string {
  const bound = atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`
  return `${benchmark}: ${metric} ${bound}${against === undefined ? '' : ` × ${against}`}`
}

function valuesOf({ metric, against }: Goal, result: BenchmarkResult): number[] {
  return against === undefined ? figures(result, metric, 'davit') : ratios(result, metric, against)
}

function within(
  { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Goal,
  value: number,
): boolean {
  return value >= atLeast && value <= atMost
}
