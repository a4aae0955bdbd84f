import type { Clock } from '../clock.ts'
import type { Kubelet } from '../kubelet/kubelet.ts'
import type { Random } from '../random.ts'
import type { ObjectEncoder } from './http/object-encoder.ts'
import type { ObjectRegistry } from './registry/object-registry.ts'
import type { ResourceDefinition } from './resources/resource-definition.ts'
import type { ApiTypes } from './schema/api-type.ts'
import type { SharedFeeds } from './watch/shared-feeds.ts'
import type { WatchHub } from './watch/watch-hub.ts'

/** What the handlers of one API server share. */
export interface ServerContext {
  readonly registry: ObjectRegistry
  readonly types: ApiTypes
  readonly clock: Clock
  readonly random: Random
  readonly watches: WatchHub
  readonly feeds: SharedFeeds
  encoder(resource: ResourceDefinition): ObjectEncoder
  /** The node that has a pod's logs; undefined for a node that is none of ours. */
  kubeletOf(nodeName: string): Kubelet | undefined
}

/** What a handler is asked for. */
export interface Target {
  readonly resource: ResourceDefinition
  /** Undefined for all namespaces, and for resources without them. */
  readonly namespace: string | undefined
  readonly name: string
}
