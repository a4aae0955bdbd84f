import { configMaps } from './resources/config-map.ts'
import { events } from './resources/event.ts'
import { eventsV1 } from './resources/event-v1.ts'
import { namespaces } from './resources/namespace.ts'
import { nodes } from './resources/node.ts'
import { pods } from './resources/pod.ts'
import type { ResourceDefinition } from './resources/resource-definition.ts'
import { resourceQuotas } from './resources/resource-quota.ts'
import { secrets } from './resources/secret.ts'
import { selfSubjectAccessReviews, selfSubjectReviews } from './resources/self-subject-review.ts'
import { serviceAccounts } from './resources/service-account.ts'

/** Every resource that the dev cluster serves. A new one is a file in `resources/` and a line here. */
export const RESOURCES: readonly ResourceDefinition[] = [
  configMaps,
  events,
  namespaces,
  nodes,
  pods,
  resourceQuotas,
  secrets,
  serviceAccounts,
  eventsV1,
  selfSubjectReviews,
  selfSubjectAccessReviews,
]

/** `v1`, `events.k8s.io/v1`. */
export function apiVersionOf({ group, version }: Pick<ResourceDefinition, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`
}
