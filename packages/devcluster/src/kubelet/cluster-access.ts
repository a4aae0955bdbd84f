import type { ConfigMap, Node, NodeStatus, Pod, PodStatus, Secret, Taint } from '../types.ts'

/** A change to one pod, told after it is stored, in the order of revisions. Objects are shared and must not be changed. */
export interface PodChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly pod: Pod
}

/** A change to one node, told as those of pods are. */
export interface NodeChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly node: Node
}

/** An Event as a component reports it; equal ones are counted up, as Kubernetes' event correlator does. */
export interface ReportedEvent {
  readonly pod: Pod
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** `kubelet`, `default-scheduler`, … */
  readonly component: string
  /** `spec.containers{base}` */
  readonly fieldPath?: string
}

/**
 * How the node's side (scheduler, kubelet, the controllers of nodes) reaches the cluster's state, in process: what the real ones do over HTTP. All
 * synchronous, because the store is memory. Writes to a pod that is gone or has another uid change nothing.
 */
export interface ClusterAccess {
  pods(): readonly Pod[]
  pod(namespace: string, name: string): Pod | undefined
  configMap(namespace: string, name: string): ConfigMap | undefined
  secret(namespace: string, name: string): Secret | undefined
  nodes(): readonly Node[]
  node(name: string): Node | undefined
  /** Returns the function that ends it. */
  watchPods(listener: (change: PodChange) => void): () => void
  /** Returns the function that ends it. */
  watchNodes(listener: (change: NodeChange) => void): () => void
  /** Creates or replaces a node's object and status. */
  putNode(node: Node): void
  /** Replaces the taints of a node that is there. */
  taintNode(name: string, taints: readonly Taint[]): void
  /** Replaces the status of a node that is there by what `change` makes of it. */
  updateNodeStatus(name: string, change: (status: NodeStatus) => NodeStatus): void
  /** The binding subresource: sets `spec.nodeName` and the condition PodScheduled. */
  bindPod(pod: Pod, nodeName: string): void
  /** Replaces the status by what `change` makes of it; one revision, none when nothing differs. */
  updatePodStatus(pod: Pod, change: (status: PodStatus) => PodStatus): Pod | undefined
  /**
   * Deletes a pod. With a grace of 0, the kubelet's last word, it goes unless finalizers hold it.
   * @default graceSeconds the pod's own
   */
  deletePod(pod: Pod, graceSeconds?: number): void
  recordEvent(event: ReportedEvent): void
}
