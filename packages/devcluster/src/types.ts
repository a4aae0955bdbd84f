import type {
  ConfigMap,
  Event,
  Node,
  NodeStatus,
  Pod,
  PodStatus,
  ResourceQuota,
  Secret,
  Taint,
} from 'kubernetes-types/core/v1.d.ts'

export type { ConfigMap, Event, Node, NodeStatus, Pod, PodStatus, ResourceQuota, Secret, Taint }
