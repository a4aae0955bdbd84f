import { Worker } from 'node:worker_threads'
import type { Failure } from '@davit/executor'
import { terminationMessageOf } from '../worker-failure.ts'

/**
 * Ends the process after a time, with the failure in the log and in the termination message, from a thread of its own:
 * code that never lets the event loop turn cannot be ended otherwise. The exit code is 137, by SIGKILL, or where the
 * process is the first of its namespace (a container's usually is) and cannot be killed from within, by an interrupt of
 * its main thread. Does not keep the process alive.
 */
export function watchdog(task: { afterMs: number; failure: Failure; terminationLog?: string }): void {
  const { afterMs, failure, terminationLog } = task
  const code = `
    const { writeSync, writeFileSync } = require('node:fs')
    const { Session } = require('node:inspector')
    const { workerData } = require('node:worker_threads')
    setTimeout(() => {
      writeSync(1, new Date().toISOString() + ' ERROR ' + workerData.text + '\\n')
      try {
        if (workerData.terminationLog) writeFileSync(workerData.terminationLog, workerData.terminationMessage)
      } finally {
        process.kill(process.pid, 'SIGKILL')
        const session = new Session()
        session.connectToMainThread()
        session.post('Runtime.evaluate', { expression: 'process.reallyExit(137)' })
      }
    }, workerData.afterMs)`
  const text = `${failure.message}, nor after it was told to: killed`
  new Worker(code, {
    eval: true,
    execArgv: [],
    workerData: { afterMs, text, terminationLog, terminationMessage: terminationMessageOf(failure) },
  }).unref()
}
