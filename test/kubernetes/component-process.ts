import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ComponentName } from './layout.ts'
import { identifyProcess, type ProcessIdentity } from './process-identity.ts'
import { systemPath } from './system-path.ts'
import { pause } from './wait-until.ts'

/** One running part. It dies with us, however we die, until {@link ComponentProcess.release} is called. */
export interface ComponentProcess {
  readonly name: ComponentName
  readonly identity: ProcessIdentity
  readonly logFile: string
  /** What is wrong, with the end of the log, once it has ended; null while it runs. */
  failure(): Error | null
  /** Lets it live on after us. */
  release(): Promise<void>
}

export interface ComponentStart {
  readonly name: ComponentName
  readonly command: readonly string[]
  /** The command runs the part as its child and waits for it, as `unshare` and `nsenter` do. */
  readonly forks?: boolean | undefined
  readonly logFile: string
  /** The working folder, and the part's HOME: none of them reads or writes the user's. */
  readonly folder: string
}

/** @throws Error when the program cannot be started at all */
export async function startComponent(start: ComponentStart): Promise<ComponentProcess> {
  mkdirSync(dirname(start.logFile), { recursive: true })
  const log = openSync(start.logFile, 'a')
  let child: ChildProcess
  try {
    const [file = '', ...args] = start.command
    child = spawn(file, args, {
      cwd: start.folder,
      // A session of its own: Ctrl-C is for us, and we end our parts ourselves.
      detached: true,
      stdio: ['pipe', log, log],
      env: { HOME: start.folder, PATH: systemPath, DAVIT_LIFELINE: 'stdin' },
    })
    await once(child, 'spawn')
  } finally {
    closeSync(log)
  }

  const { stdin } = child
  const pid = start.forks ? await onlyChild(child) : child.pid
  const identity = pid === undefined ? null : identifyProcess(pid)
  // Writing to a part that has just died is no trouble of its own: failure() tells of the death.
  stdin?.on('error', () => {})
  child.unref()
  return {
    name: start.name,
    // It ended before it could be looked at: an identity that nothing can have.
    identity: identity ?? { pid: pid ?? 0, startedAt: 'ended' },
    logFile: start.logFile,
    failure() {
      if (child.exitCode === null && child.signalCode === null) return null
      const how = child.signalCode === null ? `exit code ${child.exitCode}` : `signal ${child.signalCode}`
      return new Error(`${start.name} ended by itself (${how}); ${endOfLog(start.logFile)}`)
    },
    async release() {
      await new Promise<void>((done) => stdin?.end('r', done))
    },
  }
}

/** The pid of the child of a process that starts one; undefined when it ends without. Linux only: reads `/proc`. */
async function onlyChild(parent: ChildProcess): Promise<number | undefined> {
  while (parent.exitCode === null && parent.signalCode === null) {
    const children = childrenOf(parent.pid)
    if (children !== '') return Number(children)
    await pause(2)
  }
  return undefined
}

function childrenOf(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  } catch {
    // It has ended, which its exit code is about to tell.
    return ''
  }
}

/** The last lines of a part's log, as the end of an error message. */
export function endOfLog(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8').trimEnd()
  } catch {
    return `there is no log at ${file}`
  }
  if (text === '') return 'its log is empty'
  return `its log ends with:\n${text
    .split('\n')
    .slice(-15)
    .map((line) => `  ${line.slice(0, 500)}`)
    .join('\n')}`
}
