import type { ConfigMap, Event, Node, Pod, PodStatus, Secret } from 'kubernetes-types/core/v1.d.ts'

export type { ConfigMap, Event, Node, Pod, PodStatus, Secret }
