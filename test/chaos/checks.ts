import { checkDeletions } from './check-deletions.ts'
import { checkEnds } from './check-ends.ts'
import { checkLaunches } from './check-launches.ts'
import { checkTries } from './check-tries.ts'
import type { PlayRecord, Violation } from './play.ts'

/** Everything that did not hold in a run: what was seen on the way, and what the server's and the store's records show. */
export function violationsOf(record: PlayRecord): readonly Violation[] {
  return [
    ...record.violations,
    ...checkLaunches(record),
    ...checkTries(record),
    ...checkEnds(record),
    ...checkDeletions(record),
  ]
}
