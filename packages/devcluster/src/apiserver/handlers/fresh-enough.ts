import type { Clock } from '../../clock.ts'
import type { VersionedStore } from '../../storage/versioned-store.ts'
import { type ApiError, tooLargeResourceVersion } from '../status.ts'

/** As long as Kubernetes waits for a version that it has not seen. */
const PATIENCE_MS = 3_000

/**
 * Waits until the store has a version.
 *
 * @throws {ApiError} 504 "Too large resource version" after three seconds
 */
export function untilFresh(store: VersionedStore, clock: Clock, wanted: number, signal: AbortSignal): Promise<void> {
  if (store.revision >= wanted) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const settle = (error?: ApiError) => {
      timer.cancel()
      unsubscribe()
      signal.removeEventListener('abort', aborted)
      if (error) reject(error)
      else resolve()
    }
    const aborted = () => settle()
    const timer = clock.setTimeout(() => settle(tooLargeResourceVersion(wanted, store.revision)), PATIENCE_MS)
    const unsubscribe = store.subscribe(() => {
      if (store.revision >= wanted) settle()
    })
    signal.addEventListener('abort', aborted, { once: true })
  })
}
