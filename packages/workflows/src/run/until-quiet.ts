import type { Clock } from '@davit/executor'

/** How long pods may take to end after their run: their tasks have ended, their logs are still to come. */
const QUIET_WITHIN_MS = 40_000

/** What of an executor tells whether it still has something to do. */
interface BusyExecutor {
  readonly running: { readonly size: number }
  onActivity(listener: () => void): () => void
  getEventBuffer(): unknown
  settled(): Promise<void>
}

/** Resolves when the executor answers for no launch any more and nothing of it is under way, or the time for that is over. */
export async function untilQuiet(executor: BusyExecutor, clock: Clock): Promise<void> {
  const { promise: idle, resolve: resolveIdle } = Promise.withResolvers<void>()
  const { promise: overdue, resolve: giveUp } = Promise.withResolvers<void>()
  const look = () => {
    executor.getEventBuffer()
    if (executor.running.size === 0) resolveIdle()
  }
  const unsubscribe = executor.onActivity(look)
  const timer = clock.setTimeout(giveUp, QUIET_WITHIN_MS)
  try {
    look()
    await Promise.race([overdue, idle.then(() => executor.settled())])
  } finally {
    timer.cancel()
    unsubscribe()
  }
}
