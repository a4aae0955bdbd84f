import type { ChildProcess } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { endOfFamily, isAlive, sendSignal, startChild } from './child-ending.ts'
import type { IsolatedProcess, ProcessEnd, ProcessRequest } from './isolated-process.ts'
import { killFamily } from './kill-family.ts'

import { type CommandProblem, commandStartError } from './start-error.ts'

/** A process among the machine's others. */
export interface HostProcessRequest extends ProcessRequest {
  /** Stands in the environment of this container's processes alone. */
  readonly marker: string
  /** Told of the process group while it lives, for the guardian. */
  readonly onGroup: (group: number, isAlive: boolean) => void
}

/**
 * Runs a command without namespaces, in a session of its own. What it leaves behind is found by the marker in its
 * environment, by its session and by descent, and killed.
 *
 * @throws {ContainerStartError}
 */
export async function startHostProcess(request: HostProcessRequest): Promise<IsolatedProcess> {
  const { command, environment, workingDirectory } = request
  const [program = '', ...args] = command
  const problem = commandProblem(program, environment.get('PATH') ?? '', workingDirectory)
  if (problem) throw commandStartError(problem, program, workingDirectory)
  const child = await startChild(program, args, {
    env: Object.fromEntries(environment),
    cwd: workingDirectory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).catch((error: NodeJS.ErrnoException) => {
    throw commandStartError(error.code ?? error.message, program, workingDirectory)
  })
  return new HostProcess(child, request)
}

class HostProcess implements IsolatedProcess {
  readonly ended: Promise<ProcessEnd>
  readonly #child: ChildProcess
  readonly #request: HostProcessRequest

  constructor(child: ChildProcess, request: HostProcessRequest) {
    this.#child = child
    this.#request = request
    child.stdout?.on('data', (chunk: Uint8Array) => request.onOutput('stdout', chunk))
    child.stderr?.on('data', (chunk: Uint8Array) => request.onOutput('stderr', chunk))
    if (child.pid !== undefined) request.onGroup(child.pid, true)
    this.ended = endOfFamily(child, () => this.#sweep())
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid !== undefined && isAlive(this.#child)) sendSignal(pid, signal)
  }

  async #sweep(): Promise<void> {
    const { pid } = this.#child
    await killFamily(this.#request.marker, new Set(pid === undefined ? [] : [pid]))
    if (pid !== undefined) this.#request.onGroup(pid, false)
  }
}

/** What keeps a program from being executed; undefined when nothing does. Go: exec.LookPath, as runc uses it. */
export function commandProblem(program: string, path: string, workingDirectory: string): CommandProblem | undefined {
  const folder = statSync(workingDirectory, { throwIfNoEntry: false })
  if (!folder?.isDirectory()) return 'working-directory'
  if (program.includes('/')) {
    const file = isAbsolute(program) ? program : resolve(workingDirectory, program)
    const stats = statSync(file, { throwIfNoEntry: false })
    if (!stats) return 'missing'
    if (stats.isDirectory()) return 'directory'
    return isExecutable(file) ? undefined : 'permission'
  }
  const isFound = path
    .split(':')
    .some((folder) => isExecutable(resolve(workingDirectory, join(folder === '' ? '.' : folder, program))))
  return isFound && program !== '' ? undefined : 'not-found'
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
