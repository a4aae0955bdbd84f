import type { Violation } from './play.ts'
import type { Schedule } from './schedule.ts'

/** Plays it, and says what did not hold. */
export type Judge = (schedule: Schedule) => Promise<readonly Violation[]>

/**
 * Looks for a smaller schedule that violates the same invariant: without faults, tasks and an executor that it does not
 * need. Ends after `most` plays.
 */
export async function shrink(schedule: Schedule, invariant: string, judge: Judge, most = 80): Promise<Schedule> {
  let left = most
  let smallest = schedule
  const stillFails = async (smaller: Schedule) => {
    if (left <= 0) return false
    left -= 1
    const found = await judge(smaller)
    if (!found.some((violation) => violation.invariant === invariant)) return false
    smallest = smaller
    return true
  }
  for (let before: Schedule | null = null; before !== smallest && left > 0; ) {
    before = smallest
    await cut(
      () => smallest.faults,
      (faults) => stillFails({ ...smallest, faults }),
    )
    await cut(
      () => smallest.tasks,
      (tasks) => stillFails({ ...smallest, tasks }),
    )
    if (smallest.executors > 1) await stillFails({ ...smallest, executors: 1 })
    if (smallest.outcomeFinalizer) await stillFails({ ...smallest, outcomeFinalizer: false })
    if (smallest.launchGate) await stillFails({ ...smallest, launchGate: false })
  }
  return smallest
}

/** Leaves out halves, quarters, and so on down to single items, for as long as `accepts` what is left. */
async function cut<T>(items: () => readonly T[], accepts: (fewer: readonly T[]) => Promise<boolean>): Promise<void> {
  for (let size = Math.ceil(items().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < items().length; ) {
      const all = items()
      if (!(await accepts([...all.slice(0, start), ...all.slice(start + size)]))) start += size
    }
  }
}
