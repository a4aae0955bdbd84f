import type { Clock, Timer } from '../clock.ts'
import { disruptPod } from '../disrupt-pod.ts'
import type { ClusterAccess } from '../kubelet/cluster-access.ts'
import type { NodeControllerOptions } from './node-lifecycle-controller.ts'

/** A node that is missing may come back. Kubernetes: quarantineTime. */
const QUARANTINE_MS = 40_000

/**
 * Fails and removes the pods of nodes that are not there (any more), without a word to anybody: there is no kubelet that
 * could end them. Kubernetes: gcOrphaned of the pod garbage collector, which looks every 20 seconds.
 */
export class PodGarbageCollector {
  readonly #access: ClusterAccess
  readonly #clock: Clock
  /** Nodes that are missing, until they have been so for long enough. */
  readonly #missing = new Map<string, Timer>()
  readonly #unwatch: (() => void)[] = []

  constructor({ access, clock }: NodeControllerOptions) {
    this.#access = access
    this.#clock = clock
  }

  start(): void {
    this.#unwatch.push(
      this.#access.watchNodes(({ type, node }) => {
        if (type === 'DELETED') this.#miss(node.metadata?.name ?? '')
      }),
      this.#access.watchPods(({ type, pod }) => {
        if (type !== 'DELETED') this.#miss(pod.spec?.nodeName ?? '')
      }),
    )
  }

  stop(): void {
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    for (const timer of this.#missing.values()) timer.cancel()
    this.#missing.clear()
  }

  #miss(name: string): void {
    if (name === '' || this.#missing.has(name) || this.#access.node(name)) return
    const collect = () => {
      this.#missing.delete(name)
      if (!this.#access.node(name)) this.#collect(name)
    }
    this.#missing.set(name, this.#clock.setTimeout(collect, QUARANTINE_MS))
  }

  #collect(nodeName: string): void {
    const disruption = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists', isForced: true }
    for (const pod of this.#access.pods()) {
      if (pod.spec?.nodeName === nodeName) disruptPod({ access: this.#access, clock: this.#clock }, pod, disruption)
    }
  }
}
