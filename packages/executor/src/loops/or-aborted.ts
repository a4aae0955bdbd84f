/**
 * Settles as the promise does, or rejects with the signal's reason as soon as that aborts: for work that knows no signal,
 * such as a store's, so that a stop never waits for it. What comes of the work afterwards is dropped.
 */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
