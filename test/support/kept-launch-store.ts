import { type CommittedOutcome, InMemoryLaunchStore, type LaunchOutcome } from '@davit/executor'

/** A store that outlives its executors, as far as one process goes: it is handed from one to the next. */
export class KeptLaunchStore extends InMemoryLaunchStore {
  override readonly isVolatile = false
  /** What was committed and accepted, in order. */
  readonly outcomes: LaunchOutcome[] = []

  override async commitOutcomes(batch: readonly LaunchOutcome[]): Promise<readonly CommittedOutcome[]> {
    const results = await super.commitOutcomes(batch)
    this.outcomes.push(...batch.filter((_, index) => results[index]?.accepted))
    return results
  }

  /** The exit code that was recorded of each task instance, by map index. */
  exitCodes(): Record<number, number | undefined> {
    return Object.fromEntries(this.outcomes.map(({ launch, exitCode }) => [launch.key.mapIndex, exitCode]))
  }
}
