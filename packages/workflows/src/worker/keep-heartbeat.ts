import { type TaskApiConnection, TaskApiRefusal } from './task-api-connection.ts'

/** A running heartbeat. */
export interface Heartbeat {
  /** Aborted, with the reason, when the task API says that the try is over or has been silent for too long. */
  readonly lost: AbortSignal
  stop(): void
}

/** A task API that was restarted is back within this; a longer silence means that nobody waits for the task any more. */
const SILENCE_MS = 120_000

/** Tells the task API every `intervalMs` that the task is running. Does not keep the process alive. */
export function keepHeartbeat(connection: TaskApiConnection, token: string, intervalMs: number): Heartbeat {
  const lost = new AbortController()
  const stopped = new AbortController()
  let busy = false
  const beat = async () => {
    if (busy) return
    busy = true
    try {
      await connection.request({
        method: 'POST',
        path: '/task/heartbeat',
        token,
        retryForMs: SILENCE_MS,
        signal: stopped.signal,
      })
    } catch (error) {
      if (stopped.signal.aborted) return
      clearInterval(timer)
      const message = error instanceof Error ? error.message : String(error)
      lost.abort(error instanceof TaskApiRefusal ? message : `no heartbeat for ${SILENCE_MS / 1000} s: ${message}`)
    } finally {
      busy = false
    }
  }
  const timer = setInterval(beat, intervalMs)
  timer.unref()
  return {
    lost: lost.signal,
    stop() {
      clearInterval(timer)
      stopped.abort()
    },
  }
}
