import { setTimeout as delay } from 'node:timers/promises'

/** How long to wait, and what to call it in the error. */
export interface WaitOptions {
  /** What is waited for, as it ends the sentence "gave up waiting for …". */
  readonly what: string
  readonly withinMs: number
  /** @default 50 */
  readonly everyMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks until the answer is neither false, null nor undefined, and returns it.
 *
 * @throws Error after `withinMs`, with the question's last own error as cause; the signal's reason when aborted.
 */
export async function waitUntil<T>(
  question: () => T | Promise<T>,
  { what, withinMs, everyMs = 50, signal }: WaitOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + withinMs
  let cause: unknown
  for (;;) {
    signal?.throwIfAborted()
    try {
      const answer = await question()
      if (answer !== false && answer !== null && answer !== undefined) {
        return answer as Exclude<T, false | null | undefined>
      }
    } catch (error) {
      if (error instanceof StopWaiting) throw error.cause
      cause = error
    }
    if (performance.now() >= deadline) {
      throw new Error(`gave up waiting for ${what} after ${withinMs} ms`, { cause })
    }
    await pause(everyMs, signal)
  }
}

/** Waits, or throws the signal's reason as soon as there is one. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  // The timer's own error would hide the reason in its cause.
  await delay(ms, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
}

/** Thrown by a question whose answer can no longer come: {@link waitUntil} throws its cause at once. */
export class StopWaiting extends Error {
  override readonly name = 'StopWaiting'
  constructor(cause: Error) {
    super(cause.message, { cause })
  }
}
