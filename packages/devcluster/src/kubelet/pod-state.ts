import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import type { Clock } from '../clock.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { type ContainerEnd, type ContainerRecord, initialRecords, latestEnd } from './container-record.ts'
import type { NodeEnding } from './node-ending.ts'
import { type PodFacts, podStatus } from './pod-lifecycle.ts'

/** Why a pod comes to its end before its containers do. A deletion leaves the status to the containers. */
export type PodEnding = NodeEnding | 'deletion'

/** What a pod's state needs from its kubelet. */
export interface PodStateOptions {
  readonly pod: Pod
  readonly access: ClusterAccess
  readonly clock: Clock
  readonly hostIP: string
  /** Whether the cluster hears what the node says. */
  readonly isHeard: () => boolean
}

/**
 * What its kubelet knows of one pod, and how the cluster hears of it: each change is written to the pod's status at once,
 * events are recorded, and after `stop` nothing is.
 */
export class PodState {
  /** When the kubelet took the pod; milliseconds since 1970. */
  readonly startedAt: number
  readonly #access: ClusterAccess
  readonly #clock: Clock
  readonly #hostIP: string
  readonly #isHeard: () => boolean
  #pod: Pod
  #records: readonly ContainerRecord[]
  /** By container: aborted when the pod names another image for it. */
  readonly #imageChanges = new Map<string, AbortController>()
  #hasSandbox = false
  #ending: PodEnding | undefined
  #isOver = false
  #isStopped = false

  constructor({ pod, access, clock, hostIP, isHeard }: PodStateOptions) {
    this.#pod = pod
    this.#access = access
    this.#clock = clock
    this.#hostIP = hostIP
    this.#isHeard = isHeard
    this.#records = initialRecords(pod)
    this.startedAt = clock.now()
  }

  get pod(): Pod {
    return this.#pod
  }

  get records(): readonly ContainerRecord[] {
    return this.#records
  }

  /** Why the pod is being ended; undefined while it lives by itself. */
  get ending(): PodEnding | undefined {
    return this.#ending
  }

  /** Its last status is written. */
  get isOver(): boolean {
    return this.#isOver
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  get isDeleted(): boolean {
    return this.#pod.metadata?.deletionTimestamp !== undefined
  }

  get restartPolicy(): string {
    return this.#pod.spec?.restartPolicy ?? 'Always'
  }

  record(name: string): ContainerRecord {
    const record = this.#records.find(({ container }) => container.name === name)
    if (!record) throw new Error(`pod ${this.#pod.metadata?.name} has no container ${name}`)
    return record
  }

  /** The pod as the cluster has it now. */
  replace(pod: Pod): void {
    this.#pod = pod
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
    this.#records = this.#records.map((record) => {
      const container = containers.find(({ name }) => name === record.container.name)
      if (container === undefined || container.image === record.container.image) return record
      this.#imageChanges.get(container.name)?.abort()
      this.#imageChanges.delete(container.name)
      return { ...record, container }
    })
  }

  /** Aborted when the pod names another image for the container. */
  imageChange(name: string): AbortSignal {
    const change = this.#imageChanges.get(name) ?? new AbortController()
    this.#imageChanges.set(name, change)
    return change.signal
  }

  /** Its surroundings stand. Told with the next change. */
  gotSandbox(): void {
    this.#hasSandbox = true
  }

  /** Decides why the pod ends; told with the last status. */
  end(ending: PodEnding): void {
    this.#ending = ending
  }

  /** Writes the last status. */
  conclude(): void {
    this.#isOver = true
    this.report()
  }

  /** The node goes: the cluster hears nothing more. */
  stop(): void {
    this.#isStopped = true
  }

  /** Back to waiting; the end of the run before, if any, becomes the last state. */
  wait(name: string, reason: string, message: string): void {
    const record = this.record(name)
    this.change(name, { state: { kind: 'waiting', reason, message } }, latestEnd(record) ?? record.lastEnd)
  }

  /** `isSilent`: told with the next change. */
  change(
    name: string,
    change: Partial<Pick<ContainerRecord, 'state' | 'attempt'>>,
    lastEnd: ContainerEnd | undefined,
    isSilent = false,
  ): void {
    this.#records = this.#records.map((record) =>
      record.container.name === name ? { ...record, ...change, ...(lastEnd ? { lastEnd } : {}) } : record,
    )
    if (!isSilent) this.report()
  }

  /** Writes the status that follows from what is known. */
  report(): void {
    if (this.#isMute) return
    const facts: PodFacts = {
      pod: this.#pod,
      records: this.#records,
      startedAt: this.startedAt,
      hostIP: this.#hostIP,
      hasSandbox: this.#hasSandbox,
      isOver: this.#isOver,
      ...(this.#ending && this.#ending !== 'deletion' ? { ending: this.#ending } : {}),
    }
    this.#access.updatePodStatus(this.#pod, (before) => podStatus(facts, before, this.#clock.now()))
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    if (this.#isMute) return
    const list =
      container !== undefined && this.record(container).kind !== 'main' ? 'spec.initContainers' : 'spec.containers'
    this.#access.recordEvent({
      pod: this.#pod,
      type,
      reason,
      message,
      component: 'kubelet',
      ...(container === undefined ? {} : { fieldPath: `${list}{${container}}` }),
    })
  }

  /** The kubelet's last delete. */
  confirmDeletion(): void {
    if (!this.#isMute) this.#access.deletePod(this.#pod, 0)
  }

  get #isMute(): boolean {
    return this.#isStopped || !this.#isHeard()
  }
}
