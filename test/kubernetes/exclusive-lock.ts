import { DatabaseSync } from 'node:sqlite'
import { pause } from './wait-until.ts'

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
    const database = open(file)
    if (locks(database, file)) return { [Symbol.dispose]: () => database.close() }
    database.close()
    if (!waited) onWait?.()
    await pause(200, signal)
  }
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file)
  } catch (cause) {
    throw new Error(`cannot open the lock ${file}`, { cause })
  }
}

const SQLITE_BUSY = 5

function locks(database: DatabaseSync, file: string): boolean {
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
    return true
  } catch (cause) {
    if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) return false
    throw new Error(`cannot lock ${file}`, { cause })
  }
}
