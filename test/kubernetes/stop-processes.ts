import { isAlive, type ProcessIdentity } from './process-identity.ts'
import { waitUntil } from './wait-until.ts'

/**
 * Ends exactly these processes and returns when they are gone.
 *
 * At once, not gently: an API server that is asked takes many seconds, and what it would save is thrown away.
 *
 * @throws Error when one is still there after thirty seconds.
 */
export async function stopProcesses(processes: readonly ProcessIdentity[]): Promise<void> {
  for (const identity of processes) {
    if (!isAlive(identity)) continue
    try {
      process.kill(identity.pid, 'SIGKILL')
    } catch (error) {
      // It may have ended by itself since the line above.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  const left = () => processes.filter(isAlive).map(({ pid }) => pid)
  await waitUntil(() => left().length === 0, {
    what: `the end of the processes ${processes.map(({ pid }) => pid).join(', ')}`,
    withinMs: 30_000,
    everyMs: 10,
  })
}
