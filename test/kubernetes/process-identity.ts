import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * One process and no other: a pid alone may name a stranger after the process has gone and the number
 * was given out again.
 */
export interface ProcessIdentity {
  readonly pid: number
  /** When the process started, in words of the operating system: only good for comparing. */
  readonly startedAt: string
}

/** Who has this pid now; null when nobody does, or only a zombie that nobody has waited for. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid)
  return startedAt === null ? null : { pid, startedAt }
}

/** True while that very process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt
}

function linuxStartTime(pid: number): string | null {
  try {
    return parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return null
  }
}

/** The start time (clock ticks after boot) in the text of `/proc/PID/stat`; null for a zombie. */
export function parseProcStat(stat: string): string | null {
  // The program's name is in parentheses and may hold anything, parentheses and spaces included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  return state === 'Z' || state === 'X' || startTicks === undefined ? null : startTicks
}

function psStartTime(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}
