import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A process of this machine. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
}

/** Every process there is; those that end meanwhile are left out. */
export function listProcesses(platform: NodeJS.Platform = process.platform): ProcessEntry[] {
  return platform === 'linux' ? listFromProc() : listFromPs()
}

/** The child of a process that has one. */
export function childOf(pid: number): number | undefined {
  return listProcesses().find(({ parent }) => parent === pid)?.pid
}

/**
 * The processes that carry `marker` in their environment (Linux alone lets others read it) or belong to one of `groups`,
 * and everything that descends from them or shares a session with them.
 */
export function findFamily(marker: string, groups: ReadonlySet<number>): number[] {
  const all = listProcesses()
  const family = new Set(
    all
      .filter(({ pid, group, session }) => groups.has(group) || groups.has(session) || hasMarker(pid, marker))
      .map(({ pid }) => pid),
  )
  // Containers are started in sessions of their own, so a shared session means a common origin.
  for (let size = -1; size !== family.size; ) {
    size = family.size
    const sessions = new Set(
      all.filter(({ pid, session }) => family.has(pid) && session > 0).map(({ session }) => session),
    )
    for (const { pid, parent, session } of all) if (family.has(parent) || sessions.has(session)) family.add(pid)
  }
  family.delete(process.pid)
  return [...family]
}

function hasMarker(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(marker)
  } catch {
    // Gone, another user's, or a system without /proc: not ours as far as this can tell.
    return false
  }
}

function listFromProc(): ProcessEntry[] {
  const entries: ProcessEntry[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
      // The program's name stands in parentheses and may hold anything, parentheses included.
      const [state = '', parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state === 'Z' || state === 'X') continue
      entries.push({ pid: Number(name), parent: Number(parent), group: Number(group), session: Number(session) })
    } catch {
      // It ended while the folder was read.
    }
  }
  return entries
}

function listFromPs(): ProcessEntry[] {
  const text = execFileSync('ps', ['-axo', 'pid=,ppid=,pgid=,sess=,stat='], { encoding: 'utf8' })
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 5 && !fields[4]?.startsWith('Z'))
    .map(([pid, parent, group]) => ({ pid: Number(pid), parent: Number(parent), group: Number(group), session: 0 }))
}
