import { mkdir } from 'node:fs/promises'
import { arch, cpus, platform, release, totalmem, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Pod } from '../types.ts'
import type { ClusterAccess } from './cluster-access.ts'
import type { Kubelet, PodLogOptions } from './kubelet.ts'
import { NodeAgent } from './node-agent.ts'
import type { NodeEnding } from './node-ending.ts'
import { goPlatform } from './node-object.ts'
import { Guardian } from './process/guardian.ts'
import { detectIsolation, type Isolation } from './process/isolation.ts'
import { ProcessRuntime } from './process/process-runtime.ts'
import { removeTree } from './process/remove-tree.ts'

/** What a process kubelet needs. */
export interface ProcessKubeletOptions {
  readonly access: ClusterAccess
  readonly clock: Clock
  /**
   * A fresh folder of the dev cluster's own, with a name that nothing else has. Pods live in its folder `pods`, which
   * `stop()` removes. If this process dies, the guardian removes the whole folder.
   */
  readonly folder: string
  readonly nodeName: string
  /** Labels of the Node beside Kubernetes' own. @default {} */
  readonly nodeLabels?: Readonly<Record<string, string>>
  /** Quantities by resource. @default the machine's processors and memory */
  readonly allocatable?: Readonly<Record<string, string>>
  /** `host`: do without namespaces even where they can be had. @default 'auto' */
  readonly isolation?: 'auto' | 'host'
}

/** A kubelet that says how it keeps pods apart, soon after it has started. */
export interface ProcessKubelet extends Kubelet {
  isolation(): Promise<Isolation>
}

/** The label of the Node that says `namespaces` or `host`. */
const ISOLATION_LABEL = 'davit.dev/pod-isolation'

/**
 * A node whose pods are processes of this machine. Images are not pulled: the commands of pods run here, with the pod's
 * environment, volumes and a home of their own. On Linux each container has mount and pid namespaces where those can be
 * had; elsewhere paths in environment values are rewritten. A guardian process kills every process of every pod when this
 * process dies by any means.
 */
export function createProcessKubelet(options: ProcessKubeletOptions): ProcessKubelet {
  return new ProcessNode(options)
}

class ProcessNode implements ProcessKubelet {
  readonly #options: ProcessKubeletOptions
  readonly #podsFolder: string
  readonly #guardian: Guardian
  #isolation: Promise<Isolation> = Promise.resolve({ mode: 'host', reason: 'the node has not started' })
  #agent: NodeAgent | undefined

  constructor(options: ProcessKubeletOptions) {
    this.#options = options
    this.#podsFolder = join(options.folder, 'pods')
    this.#guardian = new Guardian({ marker: `${this.#podsFolder}/`, folder: options.folder })
  }

  isolation(): Promise<Isolation> {
    return this.#isolation
  }

  async start(): Promise<void> {
    const { access, clock, nodeName, isolation = 'auto' } = this.#options
    await mkdir(this.#podsFolder, { recursive: true, mode: 0o700 })
    // Before the first process that it would have to kill.
    this.#guardian.start()
    this.#isolation =
      isolation === 'host'
        ? Promise.resolve({ mode: 'host', reason: 'they were not wanted' })
        : detectIsolation(this.#podsFolder, platform(), userInfo().uid)
    const allocatable = this.#options.allocatable ?? machineSize()
    const nodeFolder = dirname(process.execPath)
    this.#agent = new NodeAgent({
      access,
      clock,
      runtime: new ProcessRuntime({
        access,
        clock,
        podsFolder: this.#podsFolder,
        isolation: this.#isolation,
        path: `${nodeFolder}:/usr/local/bin:/usr/bin:/bin`,
        nodeFolder,
        allocatable,
        onGroup: (group, isAlive) => this.#guardian.follow(group, isAlive),
      }),
      node: {
        name: nodeName,
        allocatable,
        labels: this.#options.nodeLabels ?? {},
        runtime: 'process',
        ...goPlatform(arch(), platform()),
        kernelVersion: release(),
        osImage: platform(),
      },
    })
    await this.#agent.start()
    // Trying it out takes longer than all the rest. Containers wait for it; who has none to run yet need not.
    void this.#isolation.then(({ mode }) => this.#agent?.label(ISOLATION_LABEL, mode))
  }

  async stop(): Promise<void> {
    await this.#agent?.stop()
    await this.#isolation
    await removeTree(this.#podsFolder)
    await this.#guardian.dismiss()
  }

  readLog(pod: Pod, options: PodLogOptions, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#started().readLog(pod, options, signal)
  }

  killContainer(pod: Pod, container: string, signal: NodeJS.Signals): void {
    this.#started().killContainer(pod, container, signal)
  }

  endPod(pod: Pod, ending: NodeEnding): void {
    this.#started().endPod(pod, ending)
  }

  setNodeReady(ready: boolean): void {
    this.#started().setNodeReady(ready)
  }

  cutOff(): void {
    this.#started().cutOff()
  }

  #started(): NodeAgent {
    if (!this.#agent) throw new Error('the kubelet has not started: call start() first')
    return this.#agent
  }
}

/** The machine as a node; pods share it with everything else, so no share of it is kept back. */
function machineSize(): Record<string, string> {
  return {
    cpu: String(cpus().length),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    'ephemeral-storage': '100Gi',
    pods: '1k',
  }
}
