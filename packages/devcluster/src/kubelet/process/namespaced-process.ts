import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { ContainerStartError } from '../container-runtime.ts'
import { endOf, endOfFamily, isAlive, sendSignal, spawned, startChild } from './child-ending.ts'
import type { IsolatedProcess, ProcessEnd, ProcessRequest } from './isolated-process.ts'
import { type Creation, type MountPlan, mountTable } from './mount-plan.ts'
import { BOOTSTRAP_SCRIPT, INSIDE_SCRIPT } from './namespace-bootstrap.ts'
import { childOf } from './process-list.ts'
import { commandStartError } from './start-error.ts'

/** The programs of util-linux and coreutils that namespaces take, by absolute path. */
export interface NamespaceTools {
  readonly unshare: string
  readonly nsenter: string
  readonly mount: string
  readonly chroot: string
  /** The user is not root: a namespace of users, too, in which they are. */
  readonly hasUserNamespace: boolean
}

/** A process in a view of its own. */
export interface NamespacedRequest extends ProcessRequest {
  readonly tools: NamespaceTools
  readonly plan: MountPlan
  /** Of the pod's, for the mount table. */
  readonly folder: string
  /** In the environment of the namespace's keeper, by which the guardian knows it. */
  readonly marker: Readonly<Record<string, string>>
}

/**
 * Runs a command in mount and pid namespaces of its own. Two children: `unshare` with the {@link BOOTSTRAP_SCRIPT}, which
 * keeps the mounts, and `nsenter`, which runs the command in them as process 1 of a further pid namespace. So, as in any
 * container, signals that the command does not handle do not end it, but for SIGKILL from outside, and its end is that of
 * all that it started. It has exactly the environment and arguments it is given; `nsenter` ends as the command does.
 *
 * @throws {ContainerStartError}
 */
export async function startNamespacedProcess(request: NamespacedRequest): Promise<IsolatedProcess> {
  const { tools, plan, folder } = request
  for (const creation of plan.creations) await create(creation)
  const table = join(folder, 'mounts')
  await writeFile(table, mountTable(plan.mounts))
  const keeper = new NamespaceKeeper(request, table)
  const keeperPid = await keeper.ready()
  const user = tools.hasUserNamespace ? ['--user', '--preserve-credentials'] : []
  const asFirstProcess = [
    tools.unshare,
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--propagation',
    'unchanged',
    '--',
  ]
  const main = await startChild(
    tools.nsenter,
    [...user, '--target', keeperPid, '--mount', '--pid', '--root', '--wd', '--', ...asFirstProcess, ...request.command],
    {
      env: Object.fromEntries(request.environment),
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  ).catch(async (error: NodeJS.ErrnoException) => {
    await keeper.end()
    // Too many bytes of arguments and environment, for one.
    throw commandStartError(error.code ?? error.message, request.command[0] ?? '', request.workingDirectory)
  })
  return new NamespacedProcess(main, keeper, request)
}

class NamespacedProcess implements IsolatedProcess {
  readonly ended: Promise<ProcessEnd>
  readonly #main: ChildProcess
  readonly #keeper: NamespaceKeeper

  constructor(main: ChildProcess, keeper: NamespaceKeeper, { onOutput }: ProcessRequest) {
    this.#main = main
    this.#keeper = keeper
    main.stdout?.on('data', (chunk: Uint8Array) => onOutput('stdout', chunk))
    main.stderr?.on('data', (chunk: Uint8Array) => onOutput('stderr', chunk))
    this.ended = endOfFamily(main, () => keeper.end())
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#main
    if (pid === undefined || !isAlive(this.#main)) return
    // nsenter and its child unshare do not pass signals on.
    const unshare = childOf(pid)
    if (signal !== 'SIGKILL') {
      const command = unshare === undefined ? undefined : childOf(unshare)
      // A command that has still to begin has no handler yet either, and a process 1 without one does not end.
      if (command !== undefined) sendSignal(command, signal)
      return
    }
    // All processes of the namespaces, the command among them, which is then seen to die of SIGKILL.
    this.#keeper.kill()
    // It stops itself when its child is stopped, and would not see its end.
    sendSignal(pid, unshare === undefined ? 'SIGKILL' : 'SIGCONT')
  }
}

/** The process that holds a container's mounts, from the outside: `unshare`, whose child ends all that runs in them. */
class NamespaceKeeper {
  readonly #child: ChildProcess
  readonly #request: NamespacedRequest
  readonly #ended: Promise<ProcessEnd>

  constructor(request: NamespacedRequest, table: string) {
    this.#request = request
    const { tools, plan, workingDirectory, command, environment, marker } = request
    this.#child = spawn(
      tools.unshare,
      [
        ...(tools.hasUserNamespace ? ['--user', '--map-root-user'] : []),
        ...['--mount', '--pid', '--fork', '--kill-child', '/bin/sh', '-c', BOOTSTRAP_SCRIPT, 'davit'],
        ...[tools.mount, table, tools.chroot, plan.newRoot ?? '', INSIDE_SCRIPT],
        ...[workingDirectory, command[0] ?? '', environment.get('PATH') ?? ''],
      ],
      { env: { ...marker }, cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
    )
    this.#lifeline?.on('error', ignoreClosedPipe)
    this.#ended = endOf(this.#child)
  }

  /** The process id of its child on the machine, once the command may be run. @throws {ContainerStartError} */
  async ready(): Promise<string> {
    const { stdout, stderr } = this.#child
    // Both stay open as long as unshare lives, so the second is waited for only after its end.
    const complaint = readAll(stderr)
    const problem = await spawned(this.#child).then(
      () => '',
      (error: Error) => error.message,
    )
    const said = await readLine(stdout)
    const [word, argument = ''] = said.split(' ')
    if (word === 'ready') return argument
    await this.end()
    if (word === 'failed') {
      throw commandStartError(argument, this.#request.command[0] ?? '', this.#request.workingDirectory)
    }
    throw new ContainerStartError(
      'create',
      `cannot set up the container's namespaces: ${problem || (await complaint).trim() || said}`,
    )
  }

  kill(): void {
    this.#lifeline?.destroy()
    // With --kill-child the end of unshare is the end of its child, and that is the end of the namespace.
    this.#child.kill('SIGKILL')
  }

  async end(): Promise<void> {
    this.kill()
    await this.#ended
  }

  /** Process 1 ends when the other side of its file descriptor 3 is closed. */
  get #lifeline(): Duplex | undefined {
    return (this.#child.stdio[3] as Duplex | null) ?? undefined
  }
}

async function create(creation: Creation): Promise<void> {
  switch (creation.kind) {
    case 'folder':
      await mkdir(creation.path, { recursive: true })
      break
    case 'file':
      await writeFile(creation.path, '', { flag: 'a' })
      break
    case 'link':
      await symlink(creation.target, creation.path)
  }
}

async function readLine(stream: Readable | null): Promise<string> {
  let text = ''
  for await (const chunk of stream ?? []) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.trim()
}

async function readAll(stream: Readable | null): Promise<string> {
  let text = ''
  for await (const chunk of stream ?? []) text += String(chunk)
  return text
}

/** The keeper may be gone before its pipe is closed. */
function ignoreClosedPipe(): void {}
