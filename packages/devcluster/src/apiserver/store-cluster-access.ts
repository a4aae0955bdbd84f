import { apiMicroTime, apiTime } from '../api-time.ts'
import type { Clock } from '../clock.ts'
import type { ClusterAccess, NodeChange, PodChange, ReportedEvent } from '../kubelet/cluster-access.ts'
import type { KubeObject } from '../storage/kube-object.ts'
import type { ConfigMap, Node, NodeStatus, Pod, PodStatus, Secret, Taint } from '../types.ts'
import type { ObjectRegistry } from './registry/object-registry.ts'
import { events } from './resources/event.ts'
import { nodes } from './resources/node.ts'
import { boundPod } from './resources/pod/pod-conditions.ts'
import { pods } from './resources/pod.ts'
import { ApiError } from './status.ts'

/** As long as Kubernetes keeps an Event that is not repeated. */
const EVENT_TTL_MS = 60 * 60_000

const asPod = (object: KubeObject) => object as unknown as Pod
const asNode = (object: KubeObject) => object as unknown as Node

/** The node's side of the cluster, on the registry that the API server writes through. */
export class StoreClusterAccess implements ClusterAccess {
  readonly #registry: ObjectRegistry
  readonly #clock: Clock
  /** The Events of each pod by what they say, so that the same again is counted up. */
  readonly #reported = new Map<string, Map<string, string>>()
  /** Events of ours, the one that has been quiet for longest first. */
  readonly #lastSeen = new Map<string, { readonly namespace: string; readonly at: number }>()
  #eventNumber: number

  constructor(registry: ObjectRegistry, clock: Clock) {
    this.#registry = registry
    this.#clock = clock
    this.#eventNumber = clock.now()
  }

  pods(): readonly Pod[] {
    return this.#registry.store.list('pods').map(asPod)
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.#registry.store.get('pods', namespace, name) as Pod | undefined
  }

  configMap(namespace: string, name: string): ConfigMap | undefined {
    return this.#registry.store.get('configmaps', namespace, name) as ConfigMap | undefined
  }

  secret(namespace: string, name: string): Secret | undefined {
    return this.#registry.store.get('secrets', namespace, name) as Secret | undefined
  }

  nodes(): readonly Node[] {
    return this.#registry.store.list('nodes').map(asNode)
  }

  node(name: string): Node | undefined {
    return this.#registry.store.get('nodes', undefined, name) as Node | undefined
  }

  watchPods(listener: (change: PodChange) => void): () => void {
    return this.#registry.store.subscribe((resource, { type, object }) => {
      if (resource === 'pods') listener({ type, pod: asPod(object) })
    })
  }

  watchNodes(listener: (change: NodeChange) => void): () => void {
    return this.#registry.store.subscribe((resource, { type, object }) => {
      if (resource === 'nodes') listener({ type, node: asNode(object) })
    })
  }

  taintNode(name: string, taints: readonly Taint[]): void {
    if (!this.node(name)) return
    this.#registry.update(nodes, undefined, name, (current) => ({
      ...current,
      spec: { ...(current.spec as object), taints },
    }))
  }

  updateNodeStatus(name: string, change: (status: NodeStatus) => NodeStatus): void {
    if (!this.node(name)) return
    const status = (current: KubeObject) => change(asNode(current).status ?? {})
    this.#registry.update(nodes, undefined, name, (current) => ({ ...current, status: status(current) }), {
      subresource: 'status',
    })
  }

  putNode(node: Node): void {
    const name = node.metadata?.name ?? ''
    const given = { ...node, metadata: { ...node.metadata, name } } as unknown as KubeObject
    if (!this.node(name)) this.#registry.create(nodes, undefined, given)
    this.#registry.update(nodes, undefined, name, (current) => ({ ...given, metadata: merged(current, given) }))
    this.#registry.update(nodes, undefined, name, (current) => ({ ...current, status: given.status }), {
      subresource: 'status',
    })
  }

  bindPod(pod: Pod, nodeName: string): void {
    const current = this.#current(pod)
    if (!current || asPod(current).spec?.nodeName) return
    this.#registry.replace(
      pods,
      current,
      boundPod(current, nodeName, this.#clock.now(), { observedGeneration: current.metadata.generation }),
    )
  }

  updatePodStatus(pod: Pod, change: (status: PodStatus) => PodStatus): Pod | undefined {
    const current = this.#current(pod)
    if (!current) return undefined
    const status = change(asPod(current).status ?? {})
    const { namespace, name } = current.metadata
    try {
      return asPod(
        this.#registry.update(pods, namespace, name, () => ({ ...current, status }), { subresource: 'status' }),
      )
    } catch (error) {
      // A binding may give a pod labels that no update takes: its status stays as it was, as in Kubernetes.
      if (error instanceof ApiError) return asPod(current)
      throw error
    }
  }

  deletePod(pod: Pod, graceSeconds?: number): void {
    const current = this.#current(pod)
    if (!current) return
    const options = graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }
    this.#registry.delete(pods, current.metadata.namespace, current.metadata.name, options)
  }

  /** An Event of a pod whose namespace is going away is lost, as in Kubernetes. */
  recordEvent(event: ReportedEvent): void {
    const { namespace = '', uid = '' } = event.pod.metadata ?? {}
    const now = this.#clock.now()
    this.#expire(now)
    try {
      const name = this.#countUp(event, namespace, uid, now) ?? this.#create(event, namespace, uid, now)
      this.#lastSeen.delete(name)
      this.#lastSeen.set(name, { namespace, at: now })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  /** Forgets what was counted for a pod that is gone. */
  forgetEventsOf(pod: Pod): void {
    this.#reported.delete(pod.metadata?.uid ?? '')
  }

  #countUp(event: ReportedEvent, namespace: string, uid: string, now: number): string | undefined {
    const known = this.#reported.get(uid)?.get(contentOf(event))
    if (known === undefined || !this.#registry.store.get('events', namespace, known)) return undefined
    this.#registry.update(events, namespace, known, (current) => ({
      ...current,
      lastTimestamp: apiTime(now),
      count: Number(current.count ?? 1) + 1,
    }))
    return known
  }

  #create(event: ReportedEvent, namespace: string, uid: string, now: number): string {
    const name = `${event.pod.metadata?.name}.${(this.#eventNumber++).toString(16)}`
    this.#registry.create(events, namespace, eventObject(event, name, now))
    const ofPod = this.#reported.get(uid) ?? new Map<string, string>()
    this.#reported.set(uid, ofPod.set(contentOf(event), name))
    return name
  }

  #expire(now: number): void {
    for (const [name, { namespace, at }] of this.#lastSeen) {
      if (now - at < EVENT_TTL_MS) return
      this.#lastSeen.delete(name)
      if (this.#registry.store.get('events', namespace, name)) this.#registry.delete(events, namespace, name)
    }
  }

  #current(pod: Pod): KubeObject | undefined {
    const { namespace, name = '', uid } = pod.metadata ?? {}
    const current = this.#registry.store.get('pods', namespace, name)
    return current?.metadata.uid === uid ? current : undefined
  }
}

/** What makes two Events of one pod the same. */
function contentOf({ component, fieldPath, type, reason, message }: ReportedEvent): string {
  return [component, fieldPath, type, reason, message].join('\n')
}

/** Labels and annotations that others gave a node stay. */
function merged(current: KubeObject, given: KubeObject): KubeObject['metadata'] {
  return {
    ...current.metadata,
    labels: { ...current.metadata.labels, ...given.metadata.labels },
    annotations: { ...current.metadata.annotations, ...given.metadata.annotations },
  }
}

function eventObject(event: ReportedEvent, name: string, now: number): KubeObject {
  const { metadata = {} } = event.pod
  const isScheduler = event.component === 'default-scheduler'
  const host = event.component === 'kubelet' ? event.pod.spec?.nodeName : undefined
  return {
    metadata: { name },
    involvedObject: {
      kind: 'Pod',
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      apiVersion: 'v1',
      resourceVersion: metadata.resourceVersion,
      ...(event.fieldPath !== undefined && { fieldPath: event.fieldPath }),
    },
    reason: event.reason,
    message: event.message,
    type: event.type,
    ...(isScheduler
      ? { eventTime: apiMicroTime(now), action: event.reason === 'Scheduled' ? 'Binding' : 'Scheduling' }
      : { firstTimestamp: apiTime(now), lastTimestamp: apiTime(now), count: 1 }),
    source: {
      component: event.component,
      ...(host !== undefined && { host }),
    },
    reportingComponent: event.component,
    reportingInstance: host ?? (isScheduler ? event.component : ''),
  }
}
