import type { Clock, Timer } from '../clock.ts'
import { disruptPod, failPod } from '../disrupt-pod.ts'
import type { ClusterAccess } from '../kubelet/cluster-access.ts'
import type { Node, Pod } from '../types.ts'
import { isReady, type NodeControllerOptions } from './node-lifecycle-controller.ts'

/** A node that is missing may come back. Kubernetes: quarantineTime. */
const QUARANTINE_MS = 40_000

/** How often Kubernetes looks: the longest that it takes. */
const ROUND_MS = 20_000

/** Says of a node that is not ready that its machine is off for certain: nothing of it runs any more. */
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

/**
 * Fails and removes the pods of nodes that are not there (any more), without a word to anybody: there is no kubelet that
 * could end them. So it does with pods that are being deleted on nodes out of service, or that a finalizer keeps although no
 * node has them. Kubernetes: gcOrphaned, gcTerminating and gcUnscheduledTerminating of the pod garbage collector, which
 * looks every 20 seconds.
 */
export class PodGarbageCollector {
  readonly #access: ClusterAccess
  readonly #clock: Clock
  /** Nodes that are missing, until they have been so for long enough. */
  readonly #missing = new Map<string, Timer>()
  /** Deleted pods that no node has, by uid. */
  readonly #unscheduled = new Map<string, Timer>()
  readonly #unwatch: (() => void)[] = []

  constructor({ access, clock }: NodeControllerOptions) {
    this.#access = access
    this.#clock = clock
  }

  start(): void {
    this.#unwatch.push(
      this.#access.watchNodes(({ type, node }) => {
        if (type === 'DELETED') this.#miss(node.metadata?.name ?? '')
        else if (isOutOfService(node)) {
          for (const pod of this.#access.pods()) if (isTerminatingOn(pod, node)) failPod(this.#access, pod)
        }
      }),
      this.#access.watchPods(({ type, pod }) => {
        if (type === 'DELETED') {
          this.#forget(pod)
          return
        }
        if (isUnscheduledTerminating(pod)) this.#failLater(pod)
        const node = this.#access.node(pod.spec?.nodeName ?? '')
        if (!node) this.#miss(pod.spec?.nodeName ?? '')
        else if (isOutOfService(node) && isTerminatingOn(pod, node)) failPod(this.#access, pod)
      }),
    )
  }

  stop(): void {
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    for (const timer of this.#missing.values()) timer.cancel()
    this.#missing.clear()
    for (const timer of this.#unscheduled.values()) timer.cancel()
    this.#unscheduled.clear()
  }

  #failLater({ metadata }: Pod): void {
    const uid = metadata?.uid ?? ''
    if (this.#unscheduled.has(uid)) return
    const fail = () => {
      this.#unscheduled.delete(uid)
      for (const pod of this.#access.pods()) {
        if (pod.metadata?.uid === uid && isUnscheduledTerminating(pod)) failPod(this.#access, pod)
      }
    }
    this.#unscheduled.set(uid, this.#clock.setTimeout(fail, ROUND_MS))
  }

  #forget({ metadata }: Pod): void {
    this.#unscheduled.get(metadata?.uid ?? '')?.cancel()
    this.#unscheduled.delete(metadata?.uid ?? '')
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

function isUnscheduledTerminating({ metadata, spec, status }: Pod): boolean {
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  return Boolean(metadata?.deletionTimestamp) && !spec?.nodeName && !hasEnded
}

function isOutOfService(node: Node): boolean {
  return !isReady(node) && (node.spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE)
}

function isTerminatingOn({ metadata, spec }: Pod, node: Node): boolean {
  return spec?.nodeName === node.metadata?.name && Boolean(metadata?.deletionTimestamp)
}
