import type { KubeObject } from '../storage/kube-object.ts'
import type { Pod } from '../types.ts'
import { partOf, type ResourceDefinition } from './resources/resource-definition.ts'

/** Parts of a pod that are stored and not acted on. */
const POD_FIELDS = [
  'affinity.podAffinity',
  'affinity.podAntiAffinity',
  'affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution',
  'topologySpreadConstraints',
  'resourceClaims',
  'readinessGates',
  'securityContext',
  'hostAliases',
  'hostname',
  'subdomain',
  'dnsConfig',
] as const
const CONTAINER_FIELDS = [
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'securityContext',
  'volumeDevices',
] as const
const POD_SECURITY = 'pod-security.kubernetes.io/'
const NO_COLLECTOR = 'the dev cluster has no garbage collector'

/**
 * Warnings about what an object asks for and does not get: it is stored, and that is all. What it was warned of before
 * (`current`) is not said again.
 */
export function warningsWithoutEffect(
  resource: ResourceDefinition,
  object: KubeObject,
  current?: KubeObject,
): readonly string[] {
  const said = current ? withoutEffect(resource, current) : []
  return withoutEffect(resource, object).filter((warning) => !said.includes(warning))
}

function withoutEffect(resource: ResourceDefinition, object: KubeObject): string[] {
  const warnings: string[] = []
  if (partOf(object, 'metadata', 'ownerReferences') !== undefined) {
    warnings.push(`${NO_COLLECTOR}: metadata.ownerReferences has no effect`)
  }
  if (resource.plural === 'pods') {
    const fields = podFieldsWithoutEffect(object as unknown as Pod)
    if (fields.length > 0) warnings.push(`the dev cluster does not act on ${fields.join(', ')}`)
  }
  if (resource.plural === 'namespaces') {
    const label = Object.keys(object.metadata.labels ?? {}).find((name) => name.startsWith(POD_SECURITY))
    if (label !== undefined) warnings.push(`the dev cluster has no pod security: the label ${label} has no effect`)
  }
  return warnings
}

/** The same for a deletion that wants more than the object gone. */
export function deletionWithoutEffect(propagationPolicy: string | undefined): string[] {
  if (propagationPolicy === undefined || propagationPolicy === 'Background') return []
  return [`${NO_COLLECTOR}: propagationPolicy ${propagationPolicy} has no effect`]
}

function podFieldsWithoutEffect({ spec = { containers: [] } }: Pod): string[] {
  const containers = (['initContainers', 'containers'] as const).flatMap((kind) =>
    (spec[kind] ?? []).flatMap((container, index) =>
      CONTAINER_FIELDS.filter((field) => isStated(container, field)).map((field) => `spec.${kind}[${index}].${field}`),
    ),
  )
  return [...POD_FIELDS.filter((field) => isStated(spec, field)).map((field) => `spec.${field}`), ...containers]
}

/** Empty parts, as defaults make them, say nothing. */
function isStated(value: object, path: string): boolean {
  let part: unknown = value
  for (const step of path.split('.')) part = (part as Readonly<Record<string, unknown>> | undefined)?.[step]
  return typeof part === 'object' && part !== null ? Object.keys(part).length > 0 : Boolean(part)
}
