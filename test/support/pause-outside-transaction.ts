import { DatabaseSync } from 'node:sqlite'
import { eventually } from './eventually.ts'
import type { SpawnedScheduler } from './spawn-scheduler.ts'

/** A transaction of one that goes on is over by then. */
const HELD_MS = 500

/** Stops the process at a moment when it does not hold the store's file: whoever stands still within a transaction stops all. */
export async function pauseOutsideTransaction(scheduler: SpawnedScheduler, storePath: string): Promise<void> {
  await eventually(() => {
    scheduler.pause()
    if (isFree(storePath)) return true
    scheduler.resume()
    return false
  })
}

function isFree(storePath: string): boolean {
  const database = new DatabaseSync(storePath, { timeout: HELD_MS })
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK')
    return true
  } catch (error) {
    if (error instanceof Error && 'errstr' in error && error.errstr === 'database is locked') return false
    throw error
  } finally {
    database.close()
  }
}
