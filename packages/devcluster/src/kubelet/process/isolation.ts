import { accessSync, constants } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exitCodeOf } from './child-ending.ts'
import { hostTree } from './host-tree.ts'
import { mountPlan } from './mount-plan.ts'
import { type NamespaceTools, startNamespacedProcess } from './namespaced-process.ts'
import { removeTree } from './remove-tree.ts'

/**
 * How pods are kept apart from the machine: in namespaces of their own, or, where there are none, among its other
 * processes, with the reason.
 */
export type Isolation =
  | { readonly mode: 'namespaces'; readonly tools: NamespaceTools }
  | { readonly mode: 'host'; readonly reason: string }

const PROGRAM_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']

/**
 * Finds out whether containers can have mount and pid namespaces here, by starting one that uses all of it: a mount point
 * that the machine does not have, a volume, a termination file, a process list of its own. `folder` is used for that and
 * left as it was. Never rejects.
 */
export async function detectIsolation(folder: string, platform: NodeJS.Platform, userId: number): Promise<Isolation> {
  if (platform !== 'linux') return { mode: 'host', reason: `${platform} has no mount namespaces` }
  const missing: string[] = []
  const program = (name: string) => {
    const found = PROGRAM_FOLDERS.map((folder) => join(folder, name)).find(isExecutable)
    if (found === undefined) missing.push(name)
    return found ?? ''
  }
  const tools = {
    unshare: program('unshare'),
    nsenter: program('nsenter'),
    mount: program('mount'),
    chroot: program('chroot'),
    hasUserNamespace: userId !== 0,
  }
  if (missing.length > 0) return { mode: 'host', reason: `this machine has no ${missing.join(', ')}` }
  const problem = await tryOut(tools, join(folder, 'try-out')).catch(reasonOf)
  return problem === undefined ? { mode: 'namespaces', tools } : { mode: 'host', reason: problem }
}

/** What went wrong, or undefined. */
async function tryOut(tools: NamespaceTools, folder: string): Promise<string | undefined> {
  const volume = join(folder, 'volume')
  const answer = join(folder, 'answer')
  try {
    await mkdir(volume, { recursive: true })
    await writeFile(join(volume, 'question'), '')
    await writeFile(answer, '')
    const plan = mountPlan({
      targets: [
        { path: '/davit-try-out/volume', source: volume, kind: 'folder', readOnly: true },
        { path: '/dev/davit-try-out', source: answer, kind: 'file', readOnly: false },
      ],
      keepVisible: [],
      folder,
      host: hostTree,
    })
    let output = ''
    const started = await startNamespacedProcess({
      tools,
      plan,
      folder,
      marker: {},
      command: [
        'sh',
        '-c',
        'test -f question && ! touch other 2>/dev/null && test -d /proc/1 && test $$ -eq 1 && echo yes >/dev/davit-try-out',
      ],
      environment: new Map([['PATH', PROGRAM_FOLDERS.join(':')]]),
      workingDirectory: '/davit-try-out/volume',
      onOutput: (_stream, chunk) => {
        output += Buffer.from(chunk).toString()
      },
    })
    const code = exitCodeOf(await started.ended)
    if (code === 0 && (await readFile(answer, 'utf8')) === 'yes\n') return undefined
    return `a container in namespaces of its own ended with ${code}: ${output.trim()}`
  } catch (error) {
    return reasonOf(error)
  } finally {
    await removeTree(folder)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
