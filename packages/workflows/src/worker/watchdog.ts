import { Worker } from 'node:worker_threads'
import type { Failure } from '@davit/executor'
import { terminationMessageOf } from './worker-failure.ts'

/**
 * Ends the process by SIGKILL after a time, with the failure in the log and in the termination message: the only way to
 * end code that never lets the event loop turn. Does not keep the process alive.
 */
export function watchdog(task: { afterMs: number; failure: Failure; terminationLog?: string }): void {
  const { afterMs, failure, terminationLog } = task
  const code = `
    const { writeSync, writeFileSync } = require('node:fs')
    const { workerData } = require('node:worker_threads')
    setTimeout(() => {
      writeSync(1, new Date().toISOString() + ' ERROR ' + workerData.text + '\\n')
      try {
        if (workerData.terminationLog) writeFileSync(workerData.terminationLog, workerData.terminationMessage)
      } finally {
        process.kill(process.pid, 'SIGKILL')
      }
    }, workerData.afterMs)`
  const text = `${failure.message}, nor after it was told to: killed`
  new Worker(code, {
    eval: true,
    execArgv: [],
    workerData: { afterMs, text, terminationLog, terminationMessage: terminationMessageOf(failure) },
  }).unref()
}
