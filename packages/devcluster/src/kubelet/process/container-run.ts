import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Container } from 'kubernetes-types/core/v1.d.ts'
import { ContainerStartError } from '../container-runtime.ts'
import { expand } from '../expansion.ts'
import { TERMINATION_FILE_BYTES } from '../termination-message.ts'
import { startHostProcess } from './host-process.ts'
import { hostTree } from './host-tree.ts'
import type { IsolatedProcess, ProcessRequest } from './isolated-process.ts'
import { isWithin, type MountTarget, mountPlan } from './mount-plan.ts'
import { type NamespaceTools, startNamespacedProcess } from './namespaced-process.ts'
import { literalPath, type PathMapping, rewritePaths } from './path-rewrite.ts'
import type { ContainerFolder } from './pod-folder.ts'

/** All that one run of a container is made of. */
export interface ContainerRun {
  readonly container: Container
  /** The environment of the pod's spec. */
  readonly declared: ReadonlyMap<string, string>
  readonly folder: ContainerFolder
  readonly mounts: readonly MountTarget[]
}

/** By this variable processes are known when HOME and TMPDIR do not tell: the pod may set both itself. */
const MARKER_VARIABLE = 'DAVIT_DEVCLUSTER_POD'

const DEFAULT_TERMINATION_PATH = '/dev/termination-log'

/** Starts a run in namespaces of its own; `keepVisible` are folders of the machine that no volume hides. */
export async function runInNamespaces(
  { container, folder, mounts }: ContainerRun,
  request: ProcessRequest,
  tools: NamespaceTools,
  keepVisible: readonly string[],
): Promise<IsolatedProcess> {
  const targets: MountTarget[] = [
    ...mounts,
    {
      path: container.terminationMessagePath ?? DEFAULT_TERMINATION_PATH,
      source: folder.terminationFile,
      kind: 'file',
      readOnly: false,
      isOwn: true,
    },
  ]
  const { workingDirectory } = request
  // Container runtimes create a working directory that is missing: in its volume, or here in the container's folder.
  const volume = deepestMount(workingDirectory, mounts)
  if (volume?.isOwn) {
    await mkdir(join(volume.source, relative(volume.path, workingDirectory)), { recursive: true })
  } else if (!volume && hostTree.kind(workingDirectory) === 'missing') {
    const source = join(folder.path, 'work')
    await mkdir(source)
    targets.push({ path: workingDirectory, source, kind: 'folder', readOnly: false, isOwn: true })
  }
  const plan = mountPlan({
    targets,
    keepVisible: [folder.home, folder.tmp, ...keepVisible],
    folder: folder.path,
    host: hostTree,
  })
  const marker = { [MARKER_VARIABLE]: folder.path }
  return startNamespacedProcess({ ...request, tools, plan, folder: folder.path, marker })
}

/** Starts a run among the machine's processes; `onGroup` is told of its process group. */
export async function runOnHost(
  { folder }: ContainerRun,
  request: ProcessRequest,
  onGroup: (group: number, isAlive: boolean) => void,
): Promise<IsolatedProcess> {
  if (hostTree.kind(request.workingDirectory) === 'missing') {
    throw new ContainerStartError(
      'create',
      `workingDir ${request.workingDirectory} does not exist, and the dev cluster creates nothing on the machine`,
    )
  }
  const marker = `${folder.path}/`
  const isMarked = [...request.environment.values()].some((value) => value.includes(marker))
  const environment = isMarked ? request.environment : new Map([...request.environment, [MARKER_VARIABLE, marker]])
  return startHostProcess({ ...request, environment, marker, onGroup })
}

/** Without namespaces: where the paths of a container lead. */
export function pathMappings({ container, mounts, folder }: ContainerRun): PathMapping[] {
  return [
    ...mounts.map(({ path, source }) => ({ path, source, what: 'a volume is mounted' })),
    {
      path: container.terminationMessagePath ?? DEFAULT_TERMINATION_PATH,
      source: folder.terminationFile,
      what: 'the termination message is read',
    },
  ]
}

/**
 * Refuses paths that only namespaces could bring to where the author wrote them; `reason` says why there are none.
 * @throws {ContainerStartError}
 */
export function refuseLiteralPaths(
  { container, declared }: ContainerRun,
  mappings: readonly PathMapping[],
  reason: string,
): void {
  const written = [...(container.command ?? []), ...(container.args ?? [])].map((part) => expand(part, () => ' '))
  const kept = [...declared.values()].filter((value) => rewritePaths(value, mappings) === value)
  const found = [...written, ...kept].map((text) => literalPath(text, mappings)).find(Boolean)
  if (!found) return
  throw new ContainerStartError(
    'create',
    `container "${container.name}" names ${found.path}, where ${found.what}, inside a text: without mount namespaces (${reason}) the dev cluster can put it in place only where an environment value or a $(VAR) begins with it; pass the path by env`,
  )
}

/** The end of a container's termination file; nothing when the container put something else in its place. */
export function readTerminationFile(path: string): Uint8Array {
  let fd: number
  try {
    // A pipe in its place would keep a plain open waiting.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return new Uint8Array()
  }
  try {
    const stats = fstatSync(fd)
    const bytes = Buffer.alloc(stats.isFile() ? Math.min(stats.size, TERMINATION_FILE_BYTES) : 0)
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, Math.max(0, stats.size - bytes.length)))
  } finally {
    closeSync(fd)
  }
}

function deepestMount(path: string, mounts: readonly MountTarget[]): MountTarget | undefined {
  return mounts
    .filter((mount) => mount.kind === 'folder' && isWithin(path, mount.path))
    .sort((a, b) => b.path.length - a.path.length)[0]
}
