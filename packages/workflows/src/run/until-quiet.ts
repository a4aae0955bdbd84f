import type { Clock, KubernetesExecutor } from '@davit/executor'

/** How long pods may take to end after their run: their tasks have ended, their logs are still to come. */
const QUIET_WITHIN_MS = 40_000

/** Resolves when the executor answers for no launch any more and nothing of it is under way, or the time for that is over. */
export async function untilQuiet(
  executor: Pick<KubernetesExecutor, 'running' | 'onActivity' | 'settled' | 'getEventBuffer'>,
  clock: Clock,
): Promise<void> {
  const { promise: quiet, resolve } = Promise.withResolvers<void>()
  const look = () => {
    executor.getEventBuffer()
    if (executor.running.size === 0) resolve()
  }
  const unsubscribe = executor.onActivity(look)
  const timer = clock.setTimeout(resolve, QUIET_WITHIN_MS)
  try {
    look()
    await quiet
    await executor.settled()
  } finally {
    timer.cancel()
    unsubscribe()
  }
}
