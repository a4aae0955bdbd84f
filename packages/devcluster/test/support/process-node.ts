import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../../../test/support/eventually.ts'
import { systemClock } from '../../src/clock.ts'
import type { PodLogOptions } from '../../src/kubelet/kubelet.ts'
import { createProcessKubelet, type ProcessKubelet } from '../../src/kubelet/process-kubelet.ts'
import type { Pod, PodStatus } from '../../src/types.ts'
import { MemoryCluster } from './memory-cluster.ts'

type Spec = NonNullable<Pod['spec']>
type Container = Spec['containers'][number]

/** A process kubelet over a cluster in memory, with real processes, in a folder of its own. */
export class ProcessNode {
  readonly cluster: MemoryCluster
  readonly kubelet: ProcessKubelet
  readonly folder: string

  private constructor(cluster: MemoryCluster, kubelet: ProcessKubelet, folder: string) {
    this.cluster = cluster
    this.kubelet = kubelet
    this.folder = folder
  }

  static async start(isolation: 'auto' | 'host' = 'auto'): Promise<ProcessNode> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'davit-kubelet-test-')))
    const cluster = new MemoryCluster()
    const kubelet = createProcessKubelet({ access: cluster, clock: systemClock, folder, nodeName: 'node-1', isolation })
    await kubelet.start()
    return new ProcessNode(cluster, kubelet, folder)
  }

  async stop(): Promise<void> {
    await this.kubelet.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** A pod of one container that runs a shell script, bound to the node. */
  create(name: string, script: string, container: Partial<Container> = {}, spec: Partial<Spec> = {}): Pod {
    return this.cluster.create({
      metadata: { name },
      spec: {
        nodeName: 'node-1',
        restartPolicy: 'Never',
        containers: [{ name: 'base', image: 'busybox', command: ['sh', '-c', script], ...container }],
        ...spec,
      },
    })
  }

  status(pod: Pod): PodStatus {
    return this.cluster.statuses.get(pod.metadata?.name ?? '')?.at(-1) ?? {}
  }

  /** Waits for the pod's end, or whatever `isReached` means, and gives its status. */
  async until(pod: Pod, isReached: (status: PodStatus) => boolean = isOver): Promise<PodStatus> {
    return eventually(() => {
      const status = this.status(pod)
      if (!isReached(status)) throw new Error(JSON.stringify(status))
      return status
    })
  }

  async log(pod: Pod, options: Partial<PodLogOptions> = {}): Promise<string> {
    const current = { ...pod, status: this.status(pod) }
    const all = { container: 'base', follow: false, previous: false, timestamps: false, ...options }
    let text = ''
    for await (const chunk of this.kubelet.readLog(current, all, new AbortController().signal)) {
      text += Buffer.from(chunk).toString()
    }
    return text
  }

  /** Runs a script to its end and gives what it printed. */
  async output(
    name: string,
    script: string,
    container: Partial<Container> = {},
    spec: Partial<Spec> = {},
  ): Promise<string> {
    const pod = this.create(name, script, container, spec)
    await this.until(pod)
    return this.log(pod)
  }
}

/** The pod has ended. */
export const isOver = ({ phase }: PodStatus): boolean => phase === 'Succeeded' || phase === 'Failed'

/** How the first container ended. */
export const endOf = (status: PodStatus) => status.containerStatuses?.[0]?.state?.terminated
