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
import { type ImagePull, imagePull } from '../image-pull.ts'
import { HOST_IP } from '../node-agent.ts'
import { FALLBACK_LOG_BYTES, FALLBACK_LOG_LINES, terminationMessage } from '../termination-message.ts'
import { exitCodeOf } from './child-ending.ts'
import { containerMounts } from './container-mounts.ts'
import {
  type ContainerRun,
  pathMappings,
  readTerminationFile,
  refuseLiteralPaths,
  runInNamespaces,
  runOnHost,
} from './container-run.ts'
import type { IsolatedProcess, ProcessRequest } from './isolated-process.ts'
import type { Isolation } from './isolation.ts'
import { rewritePaths } from './path-rewrite.ts'
import { type ContainerFolder, PodFolder } from './pod-folder.ts'
import { volumeContent } from './volume-content.ts'

/** What a process runtime needs. */
export interface ProcessRuntimeOptions {
  readonly access: ClusterAccess
  readonly clock: Clock
  /** Holds a folder for each pod. Its path stands in the environment of every process of a pod, and nowhere else. */
  readonly podsFolder: string
  /** Found out while the node starts; containers wait for it. Never rejects. */
  readonly isolation: Promise<Isolation>
  /** Of every container: the programs it finds. */
  readonly path: string
  /** The folder of that path which must stay reachable below any mount. */
  readonly nodeFolder: string
  /** Quantities by resource, for the downward API. */
  readonly allocatable: Readonly<Record<string, string>>
  /** Process groups as they come and go, for the guardian. */
  readonly onGroup: (group: number, isAlive: boolean) => void
}

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
      await folder.prepareVolume(volume.name, volumeContent(volume, sources), this.#options.clock.now())
  }

  pullImage(_pod: Pod, { image = '', imagePullPolicy }: Container): ImagePull {
    return imagePull(image, imagePullPolicy)
  }

  async startContainer({ pod, container, attempt }: ContainerRequest): Promise<StartedContainer> {
    const podFolder = this.#folders.get(pod.metadata?.uid ?? '')
    if (!podFolder) throw new ContainerStartError('create', `pod ${pod.metadata?.name} has no folder`)
    const declared = configured(() => containerEnvironment(container, this.#sources(pod)))
    const folder = await podFolder.createContainerFolder(container.name, attempt)
    const log = new ContainerLog(folder.log, () => this.#options.clock.now())
    const keep = () => this.#keepRun(pod, container.name, attempt, log, podFolder)
    try {
      const mounts = await containerMounts(container, declared, podFolder)
      const started = await this.#start(pod, { container, declared, folder, mounts }, log)
      await keep()
      this.#processes.add(started)
      return {
        exited: this.#exit(started, pod, container, folder, log),
        signal: (signal) => started.signal(signal),
      }
    } catch (error) {
      log.end()
      // When only its command is at fault the container is there, with a log without a line.
      if (error instanceof ContainerStartError && error.step === 'run') await keep()
      else await podFolder.removeContainerFolder(container.name, attempt)
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
  async #keepRun(pod: Pod, container: string, attempt: number, log: ContainerLog, podFolder: PodFolder): Promise<void> {
    const key = (of: number) => logKey(pod.metadata?.uid ?? '', container, of)
    this.#logs.set(key(attempt), log)
    if (this.#logs.delete(key(attempt - 2))) await podFolder.removeContainerFolder(container, attempt - 2)
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
      file: readTerminationFile(folder.terminationFile),
      exitCode,
      policy: container.terminationMessagePolicy,
      logTail: () => log.tail(FALLBACK_LOG_LINES, FALLBACK_LOG_BYTES),
      containersInPod: containers.length + initContainers.length,
    })
    return { exitCode, message }
  }

  async #start(pod: Pod, run: ContainerRun, log: ContainerLog): Promise<IsolatedProcess> {
    const { container, declared, folder } = run
    const { nodeFolder, onGroup } = this.#options
    const isolation = await this.#options.isolation
    if (!container.command?.length) {
      throw new ContainerStartError(
        'create',
        `container "${container.name}" has no command: the dev cluster runs commands on this machine and pulls no image whose entrypoint it could take; set command`,
      )
    }
    const mappings = isolation.mode === 'host' ? pathMappings(run) : []
    if (isolation.mode === 'host') refuseLiteralPaths(run, mappings, isolation.reason)
    const values = new Map([...declared].map(([name, value]) => [name, rewritePaths(value, mappings)]))
    const request: ProcessRequest = {
      command: [...container.command, ...(container.args ?? [])].map((part) => expand(part, resolveFrom(values))),
      // The pod's own values go before what every container has.
      environment: new Map([
        ['PATH', this.#options.path],
        ['HOSTNAME', hostname(pod)],
        ['HOME', folder.home],
        ['TMPDIR', folder.tmp],
        ...values,
      ]),
      workingDirectory: container.workingDir ? rewritePaths(container.workingDir, mappings) : folder.home,
      onOutput: (stream, chunk) => log.append(stream, chunk),
    }
    try {
      return isolation.mode === 'host'
        ? await runOnHost(run, request, onGroup)
        : await runInNamespaces(run, request, isolation.tools, [nodeFolder])
    } catch (error) {
      if (error instanceof ContainerStartError) throw error
      throw new ContainerStartError('create', error instanceof Error ? error.message : String(error), { cause: error })
    }
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

function hostname(pod: Pod): string {
  // Kubernetes: truncatePodHostnameIfNeeded.
  return (pod.spec?.hostname || pod.metadata?.name || '').slice(0, 63).replace(/[-.]+$/, '')
}

function logKey(podUid: string, container: string, attempt: number): string {
  return `${podUid}/${container}/${attempt}`
}
