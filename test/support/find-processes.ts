import { readdirSync, readFileSync } from 'node:fs'

/** The pids of processes with this text in their command line or environment. Linux only: reads `/proc`. */
export function findProcesses(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => readProc(pid, 'cmdline').includes(marker) || readProc(pid, 'environ').includes(marker))
    .map(Number)
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // It has ended, or is not ours to read.
    return ''
  }
}
