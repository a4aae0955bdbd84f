import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const davit = fileURLToPath(new URL('../../packages/workflows/bin/davit.js', import.meta.url))

/** What `davit run --json` prints, as the contract names it. */
export interface RunJson {
  readonly dagId: string
  readonly runId: string
  readonly state: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly tasks: readonly {
    readonly taskId: string
    readonly mapIndex: number
    readonly state: string | null
    readonly tryNumber: number
    readonly podName: string | null
    readonly durationMs: number | null
    readonly result?: unknown
    readonly logPath?: string
    readonly failure?: { readonly class: string; readonly evidence: string; readonly message: string }
  }[]
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly problems: readonly {
      readonly file: string | null
      readonly path: string | null
      readonly message: string
      readonly hint?: string
    }[]
  }
}

/** A `davit` that has ended. */
export interface DavitRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output, parsed; throws with both outputs when it is not one JSON value. */
  readonly json: RunJson
}

/** A `davit` under way. */
export interface RunningDavit {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  readonly ended: Promise<DavitRun>
}

/** Starts the command `davit` of this checkout as a child process. */
export function startDavit(
  args: readonly string[],
  { cwd = root, env = process.env }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): RunningDavit {
  const child = spawn(process.execPath, [davit, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  return { child, ended: endOf(child) }
}

/** Runs the command `davit` of this checkout as a child process, to its end. */
export function runDavit(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<DavitRun> {
  return startDavit(args, options).ended
}

async function endOf(child: RunningDavit['child']): Promise<DavitRun> {
  const textOf = async (stream: Readable) => (await stream.setEncoding('utf8').toArray()).join('')
  const [stdout, stderr, exitCode] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ])
  return {
    exitCode,
    stdout,
    stderr,
    get json(): RunJson {
      try {
        return JSON.parse(stdout)
      } catch (cause) {
        throw new Error(`standard output is not JSON:\n${stdout}\nstandard error:\n${stderr}`, { cause })
      }
    },
  }
}
