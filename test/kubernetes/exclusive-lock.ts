import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'

export interface LockOptions {
  /** Called once, when somebody else holds the lock. */
  readonly onWait?: (() => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Waits for a lock among all processes of this machine that name the same file, and holds it until disposed.
 *
 * The lock is SQLite's on an empty database: the kernel drops it when its holder dies in any way, so there is
 * no stale lock to detect and no race in detecting it. The file stays behind.
 */
export async function acquireLock(file: string, { onWait, signal }: LockOptions = {}): Promise<Disposable> {
  for (let waited = false; ; waited = true) {
    signal?.throwIfAborted()
    const database = new DatabaseSync(file)
    try {
      database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
      return { [Symbol.dispose]: () => database.close() }
    } catch (error) {
      database.close()
      if (!isBusy(error)) throw new Error(`cannot lock ${file}`, { cause: error })
    }
    if (!waited) onWait?.()
    await delay(200, undefined, signal ? { signal } : {})
  }
}

const SQLITE_BUSY = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && (error as Error & { errcode?: number }).errcode === SQLITE_BUSY
}
