import { readdirSync, readFileSync } from 'node:fs'

/** The kernel counts in hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10

interface ProcessStat {
  readonly pid: number
  readonly parent: number
  readonly cpuMs: number
  readonly residentPages: number
}

/** CPU time that a process and its children that have been waited for have used, in milliseconds; 0 when it has ended. */
export function cpuMsOf(pid: number): number {
  return statOf(pid)?.cpuMs ?? 0
}

/** The same with all that it has started, and what that has. */
export function treeCpuMs(pid: number): number {
  return treeOf(pid).reduce((sum, { cpuMs }) => sum + cpuMs, 0)
}

/** Memory in RAM of a process and all that it has started, in bytes; what those share with others is counted with the first alone. */
export function treeResidentBytes(pid: number): number {
  return treeOf(pid).reduce(
    (sum, member) => sum + (member.pid === pid ? member.residentPages * 4096 : privateBytes(member.pid)),
    0,
  )
}

function privateBytes(pid: number): number {
  return parsePrivateBytes(textOf(`/proc/${pid}/smaps_rollup`) ?? '')
}

/** What `/proc/PID/smaps_rollup` says that nobody shares; see proc(5). */
export function parsePrivateBytes(text: string): number {
  return [...text.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].reduce(
    (sum, [, kilobytes]) => sum + Number(kilobytes) * 1024,
    0,
  )
}

function treeOf(root: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? [])
  const members = all.filter(({ pid }) => pid === root)
  for (const member of members) members.push(...all.filter(({ parent }) => parent === member.pid))
  return members
}

function statOf(pid: number): ProcessStat | null {
  const text = textOf(`/proc/${pid}/stat`)
  return text === null ? null : parseStat(text)
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // It has ended meanwhile.
    return null
  }
}

/** The text of `/proc/PID/stat`; see proc(5). */
export function parseStat(text: string): ProcessStat {
  // The program's name is in parentheses and may hold anything, parentheses and spaces included.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const field = (number: number) => fields[number - 3] ?? 0
  return {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    cpuMs: (field(14) + field(15) + field(16) + field(17)) * TICK_MS,
    residentPages: field(24),
  }
}
