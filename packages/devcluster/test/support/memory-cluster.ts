import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ClusterAccess, NodeChange, PodChange, ReportedEvent } from '../../src/kubelet/cluster-access.ts'
import type { ConfigMap, Node, NodeStatus, Pod, PodStatus, Secret, Taint } from '../../src/types.ts'

/** A cluster's state in memory, as far as a node and a scheduler see it, with every status a pod ever had. */
export class MemoryCluster implements ClusterAccess {
  readonly events: ReportedEvent[] = []
  /** By pod name, oldest first. */
  readonly statuses = new Map<string, PodStatus[]>()
  readonly #pods = new Map<string, Pod>()
  readonly #configMaps = new Map<string, ConfigMap>()
  readonly #secrets = new Map<string, Secret>()
  readonly #nodes = new Map<string, Node>()
  readonly #listeners = new Set<(change: PodChange) => void>()
  readonly #nodeListeners = new Set<(change: NodeChange) => void>()
  readonly #untold: (() => void)[] = []

  pods(): readonly Pod[] {
    return [...this.#pods.values()]
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.#pods.get(`${namespace}/${name}`)
  }

  configMap(namespace: string, name: string): ConfigMap | undefined {
    return this.#configMaps.get(`${namespace}/${name}`)
  }

  secret(namespace: string, name: string): Secret | undefined {
    return this.#secrets.get(`${namespace}/${name}`)
  }

  nodes(): readonly Node[] {
    return [...this.#nodes.values()]
  }

  node(name: string): Node | undefined {
    return this.#nodes.get(name)
  }

  watchPods(listener: (change: PodChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  watchNodes(listener: (change: NodeChange) => void): () => void {
    this.#nodeListeners.add(listener)
    return () => this.#nodeListeners.delete(listener)
  }

  putNode(node: Node): void {
    const name = node.metadata?.name ?? ''
    const before = this.#nodes.get(name)
    if (isDeepStrictEqual(node, before)) return
    this.#nodes.set(name, node)
    this.#tellNode({ type: before ? 'MODIFIED' : 'ADDED', node })
  }

  deleteNode(name: string): void {
    const node = this.#nodes.get(name)
    this.#nodes.delete(name)
    if (node) this.#tellNode({ type: 'DELETED', node })
  }

  taintNode(name: string, taints: readonly Taint[]): void {
    const node = this.#nodes.get(name)
    if (node) this.putNode({ ...node, spec: { ...node.spec, taints: [...taints] } })
  }

  updateNodeStatus(name: string, change: (status: NodeStatus) => NodeStatus): void {
    const node = this.#nodes.get(name)
    if (node) this.putNode({ ...node, status: change(node.status ?? {}) })
  }

  bindPod(pod: Pod, nodeName: string): void {
    const current = this.#current(pod)
    if (current) this.#store({ ...current, spec: { containers: [], ...current.spec, nodeName } })
  }

  updatePodStatus(pod: Pod, change: (status: PodStatus) => PodStatus): Pod | undefined {
    const current = this.#current(pod)
    if (!current) return undefined
    const status = change(current.status ?? {})
    if (isDeepStrictEqual(status, current.status)) return current
    const seen = this.statuses.get(pod.metadata?.name ?? '') ?? []
    this.statuses.set(pod.metadata?.name ?? '', [...seen, status])
    return this.#store({ ...current, status })
  }

  /** As the API server deletes: with a grace period the kubelet has the last word, without one the pod goes at once. */
  deletePod(pod: Pod, graceSeconds = pod.spec?.terminationGracePeriodSeconds ?? 30): void {
    const current = this.#current(pod)
    if (!current) return
    if (graceSeconds === 0 && !current.metadata?.finalizers?.length) {
      this.#drop(current)
      return
    }
    if (graceSeconds >= (current.metadata?.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY)) return
    const deletion = { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: graceSeconds }
    this.#store({ ...current, metadata: { ...current.metadata, ...deletion } })
  }

  recordEvent(event: ReportedEvent): void {
    this.events.push(event)
  }

  /** Creates a pod as the API server's defaults leave it. */
  create(pod: { metadata: NonNullable<Pod['metadata']>; spec: NonNullable<Pod['spec']> }): Pod {
    const created: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', uid: randomUUID(), generation: 1, ...pod.metadata },
      spec: {
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        schedulerName: 'default-scheduler',
        ...pod.spec,
      },
      status: { phase: 'Pending' },
    }
    this.#pods.set(`${created.metadata?.namespace}/${created.metadata?.name}`, created)
    this.#tell({ type: 'ADDED', pod: created })
    return created
  }

  update(pod: Pod, change: (pod: Pod) => Pod): void {
    const current = this.#current(pod)
    if (current) this.#store(change(current))
  }

  putConfigMap(name: string, data: Record<string, string>, namespace = 'default'): void {
    this.#configMaps.set(`${namespace}/${name}`, { metadata: { name, namespace }, data })
  }

  putSecret(name: string, data: Record<string, string>, namespace = 'default'): void {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
    this.#secrets.set(`${namespace}/${name}`, { metadata: { name, namespace }, data: Object.fromEntries(encoded) })
  }

  /** `reason: message` of the events of one pod, in order. */
  eventsOf(name: string): string[] {
    return this.events
      .filter(({ pod }) => pod.metadata?.name === name)
      .map(({ reason, message }) => `${reason}: ${message}`)
  }

  #current(pod: Pod): Pod | undefined {
    const current = this.pod(pod.metadata?.namespace ?? '', pod.metadata?.name ?? '')
    return current?.metadata?.uid === pod.metadata?.uid ? current : undefined
  }

  #store(pod: Pod): Pod {
    this.#pods.set(`${pod.metadata?.namespace}/${pod.metadata?.name}`, pod)
    this.#tell({ type: 'MODIFIED', pod })
    return pod
  }

  #drop(pod: Pod): void {
    this.#pods.delete(`${pod.metadata?.namespace}/${pod.metadata?.name}`)
    this.#tell({ type: 'DELETED', pod })
  }

  #tell(change: PodChange): void {
    this.#inOrder(() => {
      for (const listener of [...this.#listeners]) listener(change)
    })
  }

  #tellNode(change: NodeChange): void {
    this.#inOrder(() => {
      for (const listener of [...this.#nodeListeners]) listener(change)
    })
  }

  /** Everybody hears each change in order, also of those that a listener makes. */
  #inOrder(tell: () => void): void {
    this.#untold.push(tell)
    if (this.#untold.length > 1) return
    for (let next = this.#untold[0]; next; next = this.#untold[0]) {
      next()
      this.#untold.shift()
    }
  }
}
