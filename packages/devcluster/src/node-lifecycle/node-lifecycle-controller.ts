import type { Clock, Timer } from '../clock.ts'
import type { ClusterAccess } from '../kubelet/cluster-access.ts'
import { withPodCondition } from '../pod-condition.ts'
import type { Node, Pod } from '../types.ts'
import { nodeTaints } from './node-taints.ts'
import { unheardStatus } from './unheard-node.ts'

/** How long a node may be silent. Kubernetes: `--node-monitor-grace-period`, `--node-startup-grace-period`. */
const MONITOR_GRACE_MS = 50_000
const STARTUP_GRACE_MS = 60_000

/** What the controllers of nodes need. */
export interface NodeControllerOptions {
  readonly access: ClusterAccess
  readonly clock: Clock
}

/** When a node was last heard of, and when it will have been silent for too long. */
interface Heartbeat {
  /** `lastHeartbeatTime` of its condition Ready; undefined before the first. */
  readonly time: string | undefined
  readonly timer: Timer | undefined
}

/**
 * Watches over nodes, as a part of the controller manager does: taints them as their conditions say, and calls those
 * unknown of which nothing is heard, with the pods on them not ready. Kubernetes: the node lifecycle controller; it looks
 * every five seconds and taints one node in ten, this one at once; and it spares a cluster all of whose nodes are in
 * trouble, which this one does not: it has one node.
 */
export class NodeLifecycleController {
  readonly #access: ClusterAccess
  readonly #clock: Clock
  /** The node whose kubelet is in this process, and needs no heartbeats. */
  readonly #ownNode: string
  readonly #heartbeats = new Map<string, Heartbeat>()
  #unwatch: (() => void) | undefined

  constructor({ access, clock, ownNode }: NodeControllerOptions & { readonly ownNode: string }) {
    this.#access = access
    this.#clock = clock
    this.#ownNode = ownNode
  }

  start(): void {
    this.#unwatch = this.#access.watchNodes(({ type, node }) => {
      if (type === 'DELETED') this.#forget(nameOf(node))
      else this.#look(node)
    })
    for (const node of this.#access.nodes()) this.#look(node)
  }

  stop(): void {
    this.#unwatch?.()
    for (const name of [...this.#heartbeats.keys()]) this.#forget(name)
  }

  /** The node has been silent for too long. */
  giveUp(name: string): void {
    const node = this.#access.node(name)
    if (!node) return
    const wasReady = isReady(node)
    const createdAt = node.metadata?.creationTimestamp ?? ''
    this.#access.updateNodeStatus(name, (status) => unheardStatus(status, createdAt, this.#clock.now()))
    if (!wasReady) return
    for (const pod of this.#access.pods()) if (pod.spec?.nodeName === name) this.#markNotReady(pod)
  }

  #look(node: Node): void {
    const name = nameOf(node)
    if (name !== this.#ownNode) this.#listen(name, node)
    const taints = nodeTaints(node, this.#clock.now())
    if (taints) this.#access.taintNode(name, taints)
  }

  #listen(name: string, node: Node): void {
    const time = node.status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime
    const before = this.#heartbeats.get(name)
    if (before && before.time === time) return
    before?.timer?.cancel()
    const graceMs = time === undefined ? STARTUP_GRACE_MS : MONITOR_GRACE_MS
    const timer = this.#clock.setTimeout(() => this.giveUp(name), graceMs)
    this.#heartbeats.set(name, { time, timer })
  }

  #forget(name: string): void {
    this.#heartbeats.get(name)?.timer?.cancel()
    this.#heartbeats.delete(name)
  }

  /** Kubernetes: MarkPodsNotReady. */
  #markNotReady(pod: Pod): void {
    const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
    if (ready?.status !== 'True') return
    this.#access.updatePodStatus(pod, (status) => {
      const { reason, message } = ready
      const { observedGeneration } = ready as { observedGeneration?: number }
      return withPodCondition(
        status,
        {
          type: 'Ready',
          status: 'False',
          observedGeneration,
          ...(reason === undefined ? {} : { reason }),
          ...(message === undefined ? {} : { message }),
        },
        this.#clock.now(),
      )
    })
    const component = 'node-controller'
    this.#access.recordEvent({ pod, type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready', component })
  }
}

function nameOf(node: Node): string {
  return node.metadata?.name ?? ''
}

/** Whether the node says of itself that it is ready. */
export function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false
}
