import { readFileSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts'
import type { Clock } from '../../clock.ts'
import type { ClusterAccess } from '../cluster-access.ts'
import { ContainerLog, type LogReadOptions } from '../container-log.ts'
import {
  type ContainerExit,
  type ContainerRequest,
  type ContainerRuntime,
  ContainerStartError,
  type StartedContainer,
} from '../container-runtime.ts'
import { DownwardApiError } from '../downward-api.ts'
import { ContainerConfigError, containerEnvironment, type EnvironmentSources } from '../environment.ts'
import { expand, resolveFrom } from '../expansion.ts'
import { HOST_IP } from '../node-agent.ts'
import {
  FALLBACK_LOG_BYTES,
  FALLBACK_LOG_LINES,
  TERMINATION_FILE_BYTES,
  terminationMessage,
} from '../termination-message.ts'
import { exitCodeOf } from './child-ending.ts'
import { startHostProcess } from './host-process.ts'
import { hostTree } from './host-tree.ts'
import type { IsolatedProcess } from './isolated-process.ts'
import type { Isolation } from './isolation.ts'
import { isWithin, type MountTarget, mountPlan } from './mount-plan.ts'
import { startNamespacedProcess } from './namespaced-process.ts'
import { literalPath, type PathMapping, rewritePaths } from './path-rewrite.ts'
import { type ContainerFolder, PodFolder } from './pod-folder.ts'
import { volumeContent } from './volume-content.ts'

/** What a process runtime needs. */
export interface ProcessRuntimeOptions {
  readonly access: ClusterAccess
  readonly clock: Clock
  /** Holds a folder for each pod. Its path stands in the environment of every process of a pod, and nowhere else. */
  readonly podsFolder: string
  readonly isolation: Isolation
  /** Of every container: the programs it finds. */
  readonly path: string
  /** The folder of that path which must stay reachable below any mount. */
  readonly nodeFolder: string
  /** Quantities by resource, for the downward API. */
  readonly allocatable: Readonly<Record<string, string>>
  /** Process groups as they come and go, for the guardian. */
  readonly onGroup: (group: number, isAlive: boolean) => void
}

const DEFAULT_TERMINATION_PATH = '/dev/termination-log'

/** By this variable the processes of a pod are found when the pod sets HOME and TMPDIR itself. */
const MARKER_VARIABLE = 'DAVIT_DEVCLUSTER_POD'

/**
 * Containers as processes of this machine: no image is pulled, the command of the pod's spec is run as it is, with the
 * pod's environment and a home of its own.
 */
export class ProcessRuntime implements ContainerRuntime {
  readonly #options: ProcessRuntimeOptions
  readonly #folders = new Map<string, PodFolder>()
  readonly #logs = new Map<string, ContainerLog>()
  readonly #processes = new Set<IsolatedProcess>()

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options
  }

  async preparePod(pod: Pod): Promise<void> {
    const uid = pod.metadata?.uid ?? ''
    const folder = this.#folders.get(uid) ?? new PodFolder(this.#options.podsFolder, pod)
    this.#folders.set(uid, folder)
    const sources = this.#sources(pod)
    for (const volume of pod.spec?.volumes ?? [])
      await folder.prepareVolume(volume.name, volumeContent(volume, sources))
  }

  async startContainer({ pod, container, attempt }: ContainerRequest): Promise<StartedContainer> {
    const podFolder = this.#folders.get(pod.metadata?.uid ?? '')
    if (!podFolder) throw new ContainerStartError('create', `pod ${pod.metadata?.name} has no folder`)
    const declared = configured(() => containerEnvironment(container, this.#sources(pod)))
    const folder = await podFolder.createContainerFolder(container.name, attempt)
    try {
      const mounts = await this.#mounts(container, declared, podFolder)
      const log = new ContainerLog(folder.log, () => this.#options.clock.now())
      const started = await this.#start({ pod, container, declared, folder, mounts, log }).catch((error: unknown) => {
        log.end()
        throw error
      })
      this.#logs.set(logKey(pod.metadata?.uid ?? '', container.name, attempt), log)
      await this.#forgetRun(pod, container.name, attempt - 2, podFolder)
      this.#processes.add(started)
      return {
        exited: this.#exit(started, pod, container, folder, log),
        signal: (signal) => started.signal(signal),
      }
    } catch (error) {
      await podFolder.removeContainerFolder(container.name, attempt)
      throw error
    }
  }

  readLog(
    run: { podUid: string; container: string; attempt: number },
    options: LogReadOptions,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array> | undefined {
    return this.#logs.get(logKey(run.podUid, run.container, run.attempt))?.read(options, signal)
  }

  async removePod(pod: Pod): Promise<void> {
    const uid = pod.metadata?.uid ?? ''
    for (const key of [...this.#logs.keys()]) if (key.startsWith(`${uid}/`)) this.#logs.delete(key)
    await this.#folders.get(uid)?.remove()
    this.#folders.delete(uid)
  }

  async stop(): Promise<void> {
    const processes = [...this.#processes]
    for (const process of processes) process.signal('SIGKILL')
    await Promise.all(processes.map(({ ended }) => ended))
  }

  /** Only the last run and the one before can be asked for. */
  async #forgetRun(pod: Pod, container: string, attempt: number, podFolder: PodFolder): Promise<void> {
    if (this.#logs.delete(logKey(pod.metadata?.uid ?? '', container, attempt))) {
      await podFolder.removeContainerFolder(container, attempt)
    }
  }

  async #exit(
    process: IsolatedProcess,
    pod: Pod,
    container: Container,
    folder: ContainerFolder,
    log: ContainerLog,
  ): Promise<ContainerExit> {
    const exitCode = exitCodeOf(await process.ended)
    this.#processes.delete(process)
    log.end()
    const { containers = [], initContainers = [] } = pod.spec ?? {}
    const message = terminationMessage({
      file: readEnd(folder.terminationFile),
      exitCode,
      policy: container.terminationMessagePolicy,
      logTail: () => log.tail(FALLBACK_LOG_LINES, FALLBACK_LOG_BYTES),
      containersInPod: containers.length + initContainers.length,
    })
    return { exitCode, message }
  }

  async #start(run: ContainerRun): Promise<IsolatedProcess> {
    const { container, declared } = run
    const hasNamespaces = this.#options.isolation.mode === 'namespaces'
    const mappings = hasNamespaces ? [] : pathMappings(run)
    const values = new Map([...declared].map(([name, value]) => [name, rewritePaths(value, mappings)]))
    if (!container.command?.length) {
      throw new ContainerStartError(
        'create',
        `container "${container.name}" has no command: the dev cluster runs commands on this machine and pulls no image whose entrypoint it could take; set command`,
      )
    }
    if (!hasNamespaces) refuseLiteralPaths(run, mappings, this.#options.isolation)
    const command = [...container.command, ...(container.args ?? [])].map((part) => expand(part, resolveFrom(values)))
    const environment = this.#environment(run, values)
    const onOutput = (stream: 'stdout' | 'stderr', chunk: Uint8Array) => run.log.append(stream, chunk)
    const workingDirectory = container.workingDir ? rewritePaths(container.workingDir, mappings) : run.folder.home
    const request = { command, environment, workingDirectory, onOutput }
    try {
      return hasNamespaces ? await this.#startNamespaced(run, request) : await this.#startOnHost(run, request)
    } catch (error) {
      if (error instanceof ContainerStartError) throw error
      const message = error instanceof Error ? error.message : String(error)
      throw new ContainerStartError('create', message, { cause: error })
    }
  }

  async #startNamespaced(run: ContainerRun, request: RunRequest): Promise<IsolatedProcess> {
    const { isolation, nodeFolder } = this.#options
    if (isolation.mode !== 'namespaces') throw new Error('there are no namespaces here')
    const { folder, container, mounts } = run
    const terminationPath = container.terminationMessagePath ?? DEFAULT_TERMINATION_PATH
    const targets = [...mounts, terminationTarget(terminationPath, folder.terminationFile)]
    const own = join(folder.path, 'work')
    await mkdir(own)
    // Container runtimes create a working directory that is missing: in its volume, or here in the container's folder.
    const volume = deepestMount(request.workingDirectory, mounts)
    if (volume?.isOwn) {
      await mkdir(join(volume.source, relative(volume.path, request.workingDirectory)), { recursive: true })
    } else if (!volume && hostTree.kind(request.workingDirectory) === 'missing') {
      targets.push({ path: request.workingDirectory, source: own, kind: 'folder', readOnly: false, isOwn: true })
    }
    const plan = mountPlan({
      targets,
      keepVisible: [folder.home, folder.tmp, nodeFolder],
      folder: folder.path,
      host: hostTree,
    })
    return startNamespacedProcess({
      ...request,
      tools: isolation.tools,
      plan,
      folder: folder.path,
      marker: { [MARKER_VARIABLE]: folder.path },
    })
  }

  async #startOnHost({ folder }: ContainerRun, request: RunRequest): Promise<IsolatedProcess> {
    if (hostTree.kind(request.workingDirectory) === 'missing') {
      throw new ContainerStartError(
        'create',
        `workingDir ${request.workingDirectory} does not exist, and the dev cluster creates nothing on the machine`,
      )
    }
    return startHostProcess({ ...request, marker: `${folder.path}/`, onGroup: this.#options.onGroup })
  }

  /** The pod's own values go before what every container has. */
  #environment(run: ContainerRun, values: ReadonlyMap<string, string>): Map<string, string> {
    const { folder, pod } = run
    const environment = new Map([
      ['PATH', this.#options.path],
      ['HOSTNAME', hostname(pod)],
      ['HOME', folder.home],
      ['TMPDIR', folder.tmp],
      ...values,
    ])
    // In namespaces nothing gets away; among the machine's processes a pod's own are known by this path.
    const isKnown =
      this.#options.isolation.mode === 'namespaces' ||
      [...environment.values()].some((value) => value.includes(`${folder.path}/`))
    return isKnown ? environment : environment.set(MARKER_VARIABLE, `${folder.path}/`)
  }

  /** The container's volumes at their places. @throws {ContainerStartError} */
  async #mounts(
    container: Container,
    declared: ReadonlyMap<string, string>,
    podFolder: PodFolder,
  ): Promise<MountTarget[]> {
    const targets: MountTarget[] = []
    for (const { name, mountPath, subPath, subPathExpr, readOnly = false } of container.volumeMounts ?? []) {
      const volume = podFolder.volume(name)
      if (!volume) {
        throw new ContainerStartError(
          'config',
          `cannot find volume "${name}" to mount into container "${container.name}"`,
        )
      }
      const below = subPathExpr ? expandStrictly(subPathExpr, declared) : subPath
      const source = below ? await podFolder.subPath(volume, below) : volume.path
      if (source === undefined) {
        throw new ContainerStartError(
          'config',
          `failed to prepare subPath for volumeMount "${name}" of container "${container.name}"`,
        )
      }
      const isFolder = (await stat(source)).isDirectory()
      targets.push({
        path: trimSlash(mountPath.startsWith('/') ? mountPath : `/${mountPath}`),
        source,
        kind: isFolder ? 'folder' : 'file',
        readOnly: readOnly || volume.readOnly,
        isOwn: !volume.isForeign,
      })
    }
    return targets
  }

  #sources(pod: Pod): EnvironmentSources {
    const namespace = pod.metadata?.namespace ?? ''
    const { access, allocatable } = this.#options
    return {
      namespace,
      downward: { pod, podIP: HOST_IP, hostIP: HOST_IP, allocatable },
      configMap: (name) => access.configMap(namespace, name),
      secret: (name) => access.secret(namespace, name),
    }
  }
}

/** All that one run of a container is made of. */
interface ContainerRun {
  readonly pod: Pod
  readonly container: Container
  /** The environment of the pod's spec. */
  readonly declared: ReadonlyMap<string, string>
  readonly folder: ContainerFolder
  readonly mounts: readonly MountTarget[]
  readonly log: ContainerLog
}

type RunRequest = Parameters<typeof startHostProcess>[0] extends infer Request
  ? Omit<Request, 'marker' | 'onGroup'>
  : never

function configured<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ContainerConfigError || error instanceof DownwardApiError) {
      throw new ContainerStartError('config', error.message, { cause: error })
    }
    throw error
  }
}

/** Kubernetes: ExpandContainerVolumeMounts, which unlike a command knows no variable that is missing. */
function expandStrictly(text: string, values: ReadonlyMap<string, string>): string {
  return expand(text, (name) => {
    const value = values.get(name)
    if (!value) throw new ContainerStartError('config', `missing value for "${name}"`)
    return value
  })
}

function terminationTarget(path: string, source: string): MountTarget {
  return { path, source, kind: 'file', readOnly: false, isOwn: true }
}

/** Without namespaces: where the paths of a container lead. */
function pathMappings({ container, mounts, folder }: ContainerRun): PathMapping[] {
  return [
    ...mounts.map(({ path, source }) => ({ path, source, what: 'a volume is mounted' })),
    {
      path: container.terminationMessagePath ?? DEFAULT_TERMINATION_PATH,
      source: folder.terminationFile,
      what: 'the termination message is read',
    },
  ]
}

/** Paths that only namespaces could bring to where the author wrote them. */
function refuseLiteralPaths(
  { container, declared }: ContainerRun,
  mappings: PathMapping[],
  isolation: Isolation,
): void {
  const written = [...(container.command ?? []), ...(container.args ?? [])].map((part) => expand(part, () => ' '))
  // Of a value that leads to a mapping as a whole nothing is left.
  const values = [...declared.values()].filter((value) => rewritePaths(value, mappings) === value)
  const found = [...written, ...values].map((text) => literalPath(text, mappings)).find(Boolean)
  if (!found) return
  const reason = isolation.mode === 'host' ? isolation.reason : ''
  throw new ContainerStartError(
    'create',
    `container "${container.name}" names ${found.path}, where ${found.what}, inside a text: without mount namespaces (${reason}) the dev cluster can put it in place only where an environment value or a $(VAR) begins with it; pass the path by env`,
  )
}

function hostname(pod: Pod): string {
  // Kubernetes: truncatePodHostnameIfNeeded.
  return (pod.spec?.hostname || pod.metadata?.name || '').slice(0, 63).replace(/[-.]+$/, '')
}

function deepestMount(path: string, mounts: readonly MountTarget[]): MountTarget | undefined {
  return mounts
    .filter((mount) => mount.kind === 'folder' && isWithin(path, mount.path))
    .sort((a, b) => b.path.length - a.path.length)[0]
}

function trimSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}

function logKey(podUid: string, container: string, attempt: number): string {
  return `${podUid}/${container}/${attempt}`
}

/** The end of a termination file; a container may have taken it away. */
function readEnd(file: string): Uint8Array {
  try {
    const bytes = readFileSync(file)
    return bytes.subarray(Math.max(0, bytes.length - TERMINATION_FILE_BYTES))
  } catch {
    return new Uint8Array()
  }
}
