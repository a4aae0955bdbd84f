import { readdirSync, readFileSync } from 'node:fs'
import { identifyProcess, type ProcessIdentity } from './process-identity.ts'

/**
 * What still runs of the Kubernetes whose data is in this folder, which is the HOME of each of its parts: also what only
 * waits for a part, as `unshare` and `nsenter` do, and what containerd has started. Linux only: elsewhere, none.
 */
export function processesOf(dataFolder: string): ProcessIdentity[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`HOME=${dataFolder}`))
    .flatMap((pid) => identifyProcess(Number(pid)) ?? [])
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    // It has ended, or is somebody else's.
    return []
  }
}
