import { setImmediate } from 'node:timers/promises'

/** So many of what takes microseconds each are done within a few milliseconds. */
const BATCH = 100

/** All items, some at a time: whatever else waits in this process has its turn after each batch. */
export async function* inBatches<T>(items: readonly T[]): AsyncGenerator<readonly T[], void, undefined> {
  for (let at = 0; at < items.length; at += BATCH) {
    if (at > 0) await setImmediate()
    yield items.slice(at, at + BATCH)
  }
}
