import type { ConfigMap, Event, Node, Pod, PodStatus, ResourceQuota, Secret } from 'kubernetes-types/core/v1.d.ts'

export type { ConfigMap, Event, Node, Pod, PodStatus, ResourceQuota, Secret }
