import { sendSignal } from './child-ending.ts'
import { findFamily } from './process-list.ts'

/** A family that still has members after so many rounds multiplies faster than it can be killed. */
const MAX_ROUNDS = 50

/**
 * Kills what {@link findFamily} finds until it finds nothing any more. Linux shows every process that still has the
 * marker in its environment; elsewhere those that left both their group and their parents are not found.
 */
export async function killFamily(marker: string, groups: ReadonlySet<number>): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const family = findFamily(marker, groups)
    if (family.length === 0) return
    for (const pid of family) sendSignal(pid, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, Math.min(round, 10)))
  }
}
