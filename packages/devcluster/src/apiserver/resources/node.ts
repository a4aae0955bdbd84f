import type { KubeObject } from '../../storage/kube-object.ts'
import type { Node } from '../../types.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { checkDnsSubdomain, checkLabelValue, checkQualifiedName } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { plainResource } from './plain-resource.ts'
import { AGE_COLUMN, ageOf, NAME_COLUMN, partOf } from './resource-definition.ts'

/** Nodes; the kubelet writes its own. */
export const nodes = plainResource({
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  subresources: ['status'],
  fieldLabels: { 'spec.unschedulable': (object) => String(partOf(object, 'spec', 'unschedulable') ?? false) },
  unknownFieldLabel: (label) => `field label not supported: ${label}`,
  validate: validateNode,
  prepareUpdate: (next, current) => ({ ...next, status: current.status }),
  validateUpdate(next, current, errors) {
    validateMetadataUpdate(next.metadata, current.metadata, errors)
    validateNode(next, errors)
  },
  subresourceUpdates: {
    status: {
      prepare: (next, current) => ({ ...next, spec: current.spec }),
      validate: (next, current, errors) => validateMetadataUpdate(next.metadata, current.metadata, errors),
    },
  },
  columns: [
    NAME_COLUMN,
    { name: 'Status', description: 'Ready or not, and whether pods may be bound to it.' },
    { name: 'Roles', description: 'Roles by label.' },
    AGE_COLUMN,
    { name: 'Version', description: 'Version of the kubelet.' },
    { name: 'Internal-IP', description: 'Address inside the cluster.', priority: 1 },
    { name: 'External-IP', description: 'Address outside the cluster.', priority: 1 },
    { name: 'OS-Image', description: 'Operating system.', priority: 1 },
    { name: 'Kernel-Version', description: 'Kernel.', priority: 1 },
    { name: 'Container-Runtime', description: 'What runs the containers.', priority: 1 },
  ],
  row,
})

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Metadata and taints; Kubernetes says `metadata.taints` of the latter. */
function validateNode(object: KubeObject, errors: FieldErrors): void {
  validateMetadata(object.metadata, { namespaced: false, checkName: checkDnsSubdomain }, errors)
  const seen = new Set<string>()
  for (const [index, taint] of ((object as unknown as Node).spec?.taints ?? []).entries()) {
    const path = `metadata.taints[${index}]`
    const { key, value = '', effect } = taint
    errors.invalidAll(`${path}.key`, key, checkQualifiedName(key))
    const problems = checkLabelValue(value)
    if (problems.length > 0) errors.invalid(`${path}.value`, value, problems.join(';'))
    if (effect === '') errors.required(`${path}.effect`)
    else if (!EFFECTS.includes(effect)) errors.notSupported(`${path}.effect`, effect, EFFECTS)
    const pair = `${effect} ${key}`
    if (seen.has(pair)) {
      // As Go shows a struct of its own.
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null }
      errors.duplicate(path, shown, 'taints must be unique by key and effect pair')
    }
    seen.add(pair)
  }
}

const ROLE_LABEL = 'node-role.kubernetes.io/'

function row(object: KubeObject, now: number): readonly string[] {
  const { metadata, spec, status } = object as unknown as Node
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const roles = Object.keys(metadata?.labels ?? {})
    .filter((label) => label.startsWith(ROLE_LABEL))
    .map((label) => label.slice(ROLE_LABEL.length))
  const address = (wanted: string) => status?.addresses?.find(({ type }) => type === wanted)?.address ?? '<none>'
  const info = status?.nodeInfo
  return [
    metadata?.name ?? '',
    (ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown') +
      (spec?.unschedulable ? ',SchedulingDisabled' : ''),
    roles.join(',') || '<none>',
    ageOf(metadata?.creationTimestamp, now),
    info?.kubeletVersion ?? '',
    address('InternalIP'),
    address('ExternalIP'),
    info?.osImage || '<unknown>',
    info?.kernelVersion || '<unknown>',
    info?.containerRuntimeVersion || '<unknown>',
  ]
}
