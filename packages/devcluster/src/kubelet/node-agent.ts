import type { Clock } from '../clock.ts'
import type { Pod } from '../types.ts'
import type { ClusterAccess, PodChange } from './cluster-access.ts'
import type { LogReadOptions } from './container-log.ts'
import type { ContainerRuntime } from './container-runtime.ts'
import { type Kubelet, type PodLogOptions, PodLogUnavailable } from './kubelet.ts'
import { logUnavailability } from './log-availability.ts'
import type { NodeEnding } from './node-ending.ts'
import { type NodeShape, nodeObject } from './node-object.ts'
import { type PodRefusal, refusedStatus } from './pod-refusal.ts'
import { PodWorker } from './pod-worker.ts'

/** The address of the node and of everything on it: pods share the machine's network. */
export const HOST_IP = '127.0.0.1'

/** What makes a kubelet of a container runtime. */
export interface NodeAgentOptions {
  readonly access: ClusterAccess
  readonly clock: Clock
  readonly runtime: ContainerRuntime
  readonly node: NodeShape
  /** Why a pod that was bound to the node is not taken; undefined: it is. @default every pod is taken */
  readonly admit?: (pod: Pod) => PodRefusal | undefined
}

/**
 * A kubelet over any {@link ContainerRuntime}: keeps the Node object, and one {@link PodWorker} for each pod that is
 * bound to it, from its binding until it is gone.
 */
export class NodeAgent implements Kubelet {
  readonly #access: ClusterAccess
  readonly #clock: Clock
  readonly #runtime: ContainerRuntime
  #node: NodeShape
  #isReady = true
  #isCutOff = false
  readonly #admit: (pod: Pod) => PodRefusal | undefined
  readonly #workers = new Map<string, PodWorker>()
  /** Pods that are gone from the cluster, while their last processes end. */
  readonly #removals = new Set<Promise<void>>()
  #unwatch: (() => void) | undefined

  constructor(options: NodeAgentOptions) {
    this.#access = options.access
    this.#clock = options.clock
    this.#runtime = options.runtime
    this.#node = options.node
    this.#admit = options.admit ?? (() => undefined)
  }

  async start(): Promise<void> {
    this.#putNode()
    this.#unwatch = this.#access.watchPods((change) => this.#onChange(change))
    for (const pod of this.#access.pods()) this.#onChange({ type: 'ADDED', pod })
  }

  async stop(): Promise<void> {
    this.#unwatch?.()
    this.#unwatch = undefined
    const workers = [...this.#workers.values()]
    this.#workers.clear()
    // Those that are being removed end by what the runtime does.
    await Promise.all([...workers.map((worker) => worker.stop()), this.#runtime.stop()])
    await Promise.all(this.#removals)
  }

  async *readLog(pod: Pod, options: PodLogOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { container, previous } = options
    const problem = logUnavailability(pod, container, previous)
    if (problem !== undefined) throw new PodLogUnavailable(problem)
    const podUid = pod.metadata?.uid ?? ''
    const attempt = this.#workers.get(podUid)?.loggedAttempt(container, previous)
    const log =
      attempt === undefined || attempt < 0
        ? undefined
        : this.#runtime.readLog({ podUid, container, attempt }, this.#readOptions(options), signal)
    if (!log) {
      throw new PodLogUnavailable(
        `unable to retrieve container logs for container "${container}" of pod "${pod.metadata?.name}"`,
      )
    }
    yield* log
  }

  killContainer(pod: Pod, container: string, signal: NodeJS.Signals): void {
    this.#workers.get(pod.metadata?.uid ?? '')?.signal(container, signal)
  }

  endPod(pod: Pod, ending: NodeEnding): void {
    this.#workers.get(pod.metadata?.uid ?? '')?.end(ending)
  }

  setNodeReady(ready: boolean): void {
    this.#isReady = ready
    const wasCutOff = this.#isCutOff
    this.#isCutOff = false
    this.#putNode()
    if (wasCutOff) this.#catchUp()
  }

  cutOff(): void {
    this.#isCutOff = true
  }

  /** Adds a label to the Node, unless its owner has chosen another value. */
  label(name: string, value: string): void {
    if (!this.#unwatch) return
    this.#node = { ...this.#node, labels: { [name]: value, ...this.#node.labels } }
    this.#putNode()
  }

  #putNode(): void {
    const before = this.#access.node(this.#node.name)
    this.#access.putNode(nodeObject(this.#node, HOST_IP, this.#isReady, before, this.#clock.now()))
  }

  /** What the node has not heard, and what was not heard of it. */
  #catchUp(): void {
    const pods = this.#access.pods().filter(({ spec }) => spec?.nodeName === this.#node.name)
    const present = new Set(pods.map(({ metadata }) => metadata?.uid))
    for (const [uid, worker] of [...this.#workers]) {
      if (present.has(uid)) continue
      this.#workers.delete(uid)
      this.#remove(worker)
    }
    for (const pod of pods) {
      const worker = this.#workers.get(pod.metadata?.uid ?? '')
      if (worker) worker.catchUp(pod)
      else this.#onChange({ type: 'ADDED', pod })
    }
  }

  #onChange({ type, pod }: PodChange): void {
    const uid = pod.metadata?.uid
    if (this.#isCutOff || uid === undefined || pod.spec?.nodeName !== this.#node.name) return
    const worker = this.#workers.get(uid)
    if (type === 'DELETED') {
      this.#workers.delete(uid)
      if (worker) this.#remove(worker)
    } else if (worker) {
      worker.update(pod)
    } else if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') {
      if (pod.metadata?.deletionTimestamp) this.#access.deletePod(pod, 0)
    } else {
      this.#take(pod, uid)
    }
  }

  #take(pod: Pod, uid: string): void {
    const refusal = this.#admit(pod)
    // The caller may be in the middle of telling others of the pod: what follows comes after.
    if (refusal) {
      queueMicrotask(() => this.#refuse(pod, refusal))
      return
    }
    const created = new PodWorker({
      pod,
      access: this.#access,
      clock: this.#clock,
      runtime: this.#runtime,
      hostIP: HOST_IP,
      isHeard: () => !this.#isCutOff,
    })
    this.#workers.set(uid, created)
    created.start()
  }

  #refuse(pod: Pod, { reason, message }: PodRefusal): void {
    if (!this.#unwatch) return
    this.#access.recordEvent({ pod, type: 'Warning', reason, message, component: 'kubelet' })
    this.#access.updatePodStatus(pod, (before) => refusedStatus(pod, { reason, message }, before, this.#clock.now()))
  }

  #remove(worker: PodWorker): void {
    const removal = worker
      .removed()
      // What of its folder cannot be removed now is tried again, and told, when the whole node stops.
      .catch(() => {})
      .finally(() => this.#removals.delete(removal))
    this.#removals.add(removal)
  }

  #readOptions(options: PodLogOptions): LogReadOptions {
    const { follow, timestamps, tailLines, sinceSeconds, sinceTime, limitBytes } = options
    const since =
      sinceSeconds !== undefined
        ? this.#clock.now() - sinceSeconds * 1000
        : sinceTime === undefined
          ? undefined
          : Date.parse(sinceTime)
    return {
      follow,
      timestamps,
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(since === undefined ? {} : { since }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
    }
  }
}
