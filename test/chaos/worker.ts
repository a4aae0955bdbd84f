import { judge } from './judge.ts'
import type { FaultName } from './plan-fault.ts'
import type { Violation } from './play.ts'
import { makeSchedule, type Schedule } from './schedule.ts'
import { shrink } from './shrink.ts'

/** What a worker is told: to play a seed, and, when it fails, to cut it down by so many plays. */
export interface SeedOrder {
  readonly seed: number
  readonly shrinkPlays: number
}

/** What it answers. */
export interface SeedResult {
  readonly seed: number
  readonly violations: readonly Violation[]
  readonly hits: readonly (readonly [FaultName, number])[]
  readonly ms: number
  /** Of a seed that failed: the smallest schedule that was found, and what it violates. */
  readonly shrunk: { readonly schedule: Schedule; readonly violations: readonly Violation[] } | null
}

async function playSeed({ seed, shrinkPlays }: SeedOrder): Promise<SeedResult> {
  const startedAt = performance.now()
  const schedule = makeSchedule(seed)
  const { violations, record } = await judge(schedule)
  const [first] = violations
  const judgeAgain = async (smaller: Schedule) => (await judge(smaller)).violations
  const smallest = first && shrinkPlays > 0 ? await shrink(schedule, first.invariant, judgeAgain, shrinkPlays) : null
  return {
    seed,
    violations,
    hits: [...(record?.hits ?? [])],
    ms: performance.now() - startedAt,
    shrunk: smallest && { schedule: smallest, violations: await judgeAgain(smallest) },
  }
}

process.on('message', (order: SeedOrder) => {
  playSeed(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      throw error
    },
  )
})
