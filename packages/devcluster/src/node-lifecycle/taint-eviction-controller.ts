import type { Clock, Timer } from '../clock.ts'
import { disruptPod } from '../disrupt-pod.ts'
import type { ClusterAccess } from '../kubelet/cluster-access.ts'
import { setLongTimer } from '../kubelet/long-timer.ts'
import type { Node, Pod, Taint } from '../types.ts'
import type { NodeControllerOptions } from './node-lifecycle-controller.ts'
import { tolerationMs } from './toleration-time.ts'

/**
 * Deletes pods from nodes with a taint NoExecute that they do not tolerate, at once or when the time is over for which
 * they do. Kubernetes: the taint eviction controller.
 */
export class TaintEvictionController {
  readonly #access: ClusterAccess
  readonly #clock: Clock
  /** The taints NoExecute of nodes that have some. */
  readonly #taints = new Map<string, readonly Taint[]>()
  /** The tolerations by which it was decided about pods on those nodes, by the pods' uids. */
  readonly #decided = new Map<string, string>()
  /** Deletions to come, by the pods' uids. */
  readonly #evictions = new Map<string, Timer>()
  readonly #unwatch: (() => void)[] = []

  constructor({ access, clock }: NodeControllerOptions) {
    this.#access = access
    this.#clock = clock
  }

  start(): void {
    this.#unwatch.push(
      this.#access.watchNodes(({ type, node }) => {
        if (type === 'DELETED') this.#taints.delete(nameOf(node))
        else this.#lookAtNode(node)
      }),
      this.#access.watchPods(({ type, pod }) => {
        if (type === 'DELETED') this.#forget(pod)
        else this.#lookAtPod(pod)
      }),
    )
    for (const node of this.#access.nodes()) this.#lookAtNode(node)
  }

  stop(): void {
    for (const unwatch of this.#unwatch.splice(0)) unwatch()
    for (const timer of this.#evictions.values()) timer.cancel()
    this.#evictions.clear()
  }

  #lookAtNode(node: Node): void {
    const name = nameOf(node)
    const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
    const before = this.#taints.get(name) ?? []
    if (JSON.stringify(taints) === JSON.stringify(before)) return
    if (taints.length === 0) this.#taints.delete(name)
    else this.#taints.set(name, taints)
    for (const pod of this.#access.pods()) if (pod.spec?.nodeName === name) this.#decide(pod, taints)
  }

  /** What is decided stays, unless the pod has come to tolerate more. */
  #lookAtPod(pod: Pod): void {
    const taints = this.#taints.get(pod.spec?.nodeName ?? '')
    if (taints && this.#decided.get(pod.metadata?.uid ?? '') !== tolerationsOf(pod)) this.#decide(pod, taints)
  }

  #decide(pod: Pod, taints: readonly Taint[]): void {
    const uid = pod.metadata?.uid ?? ''
    this.#decided.set(uid, tolerationsOf(pod))
    const delayMs = tolerationMs(pod.spec?.tolerations ?? [], taints)
    if (delayMs === Number.POSITIVE_INFINITY) {
      this.#cancel(pod)
    } else if (delayMs === 0) {
      this.#cancel(pod)
      this.#evict(pod)
    } else if (!this.#evictions.has(uid)) {
      const evict = () => {
        this.#evictions.delete(uid)
        this.#evict(pod)
      }
      this.#evictions.set(uid, setLongTimer(this.#clock, this.#clock.now() + delayMs, evict))
    }
  }

  #forget(pod: Pod): void {
    this.#cancel(pod)
    this.#decided.delete(pod.metadata?.uid ?? '')
  }

  #cancel(pod: Pod): void {
    const uid = pod.metadata?.uid ?? ''
    const timer = this.#evictions.get(uid)
    if (!timer) return
    timer.cancel()
    this.#evictions.delete(uid)
    this.#tell(pod, 'Cancelling deletion of')
  }

  #evict(pod: Pod): void {
    this.#tell(pod, 'Marking for deletion')
    const message = 'Taint manager: deleting due to NoExecute taint'
    disruptPod({ access: this.#access, clock: this.#clock }, pod, { reason: 'DeletionByTaintManager', message })
  }

  #tell(pod: Pod, what: string): void {
    const { namespace, name } = pod.metadata ?? {}
    const message = `${what} Pod ${namespace}/${name}`
    const component = 'taint-eviction-controller'
    this.#access.recordEvent({ pod, type: 'Normal', reason: 'TaintManagerEviction', message, component })
  }
}

function tolerationsOf({ spec }: Pod): string {
  return JSON.stringify(spec?.tolerations ?? [])
}

function nameOf(node: Node): string {
  return node.metadata?.name ?? ''
}
