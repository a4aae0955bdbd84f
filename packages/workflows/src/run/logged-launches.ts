import type { LaunchOutcome, LaunchRequest, LaunchStore } from '@davit/executor'
import type { RunLogs } from './run-logs.ts'

/**
 * A launch store that writes each failure's reason into the launch's log, as the store recorded it: a task that never
 * started has a log too, and says there why (I10).
 */
export function loggedLaunches(store: LaunchStore, logs: RunLogs): LaunchStore {
  return {
    ...store,
    async recordLaunch(request: LaunchRequest) {
      const { launch, supersedes } = request
      if (supersedes) await logs.addReason(logs.pathOf(launch.key, launch.number - 1), supersedes.failure)
      return store.recordLaunch(request)
    },
    async commitOutcomes(batch: readonly LaunchOutcome[]) {
      const withLogs = batch.map((outcome) => ({
        ...outcome,
        logPath: outcome.logPath ?? logs.pathOf(outcome.launch.key, outcome.launch.number),
      }))
      const committed = await store.commitOutcomes(withLogs)
      await Promise.all(
        committed.map(async ({ accepted, failure }, index) => {
          const outcome = withLogs[index]
          if (accepted && failure && outcome) await logs.addReason(outcome.logPath, failure)
        }),
      )
      return committed
    },
  }
}
