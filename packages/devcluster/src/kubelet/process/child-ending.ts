import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { ProcessEnd } from './isolated-process.ts'

/** How long output may be on its way after everything that could write it was killed. */
const OUTPUT_GRACE_MS = 2_000

/** How a child ended; one that could not be spawned counts as ended with 1. Ask before it can have ended. */
export function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ? { code: null, signal } : { code: code ?? 1, signal: null }))
    child.once('error', () => resolve({ code: 1, signal: null }))
  })
}

/**
 * The end of a child once `sweep` has killed what it left behind and its output is complete. Ask before it can have ended.
 */
export async function endOfFamily(child: ChildProcess, sweep: () => Promise<void>): Promise<ProcessEnd> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const end = await endOf(child)
  await sweep()
  let deadline: NodeJS.Timeout | undefined
  const tooLate = new Promise<void>((resolve) => {
    deadline = setTimeout(resolve, OUTPUT_GRACE_MS)
  })
  await Promise.race([closed, tooLate])
  clearTimeout(deadline)
  child.stdout?.destroy()
  child.stderr?.destroy()
  return end
}

/** Whether a signal can still reach a child. */
export function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

/** A process that is gone already needs no signal, and one of another user, by a setuid program, cannot get any. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

/** A child that runs. Rejects with the system's error when it cannot be started, whether that shows at once or later. */
export async function startChild(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<ChildProcess> {
  const child = spawn(program, args, options)
  await spawned(child)
  return child
}

/** Resolves once a child runs; rejects with the system's error when it cannot be started. */
export function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
}

/** The exit code that container runtimes report: 128 + n for signal n. */
export function exitCodeOf(end: ProcessEnd): number {
  return end.signal === null ? end.code : 128 + constants.signals[end.signal]
}
