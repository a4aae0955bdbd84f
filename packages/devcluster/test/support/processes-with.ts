import { execFileSync } from 'node:child_process'

/** The processes of the machine, other than this one, whose command line holds a text; with `parent` only its children. */
export function processesWith(text: string, parent?: number): number[] {
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n')
  return lines
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .filter(([, pid, , state, args]) => Number(pid) !== process.pid && !state?.startsWith('Z') && args?.includes(text))
    .filter(([, , ppid]) => parent === undefined || Number(ppid) === parent)
    .map(([, pid]) => Number(pid))
}
