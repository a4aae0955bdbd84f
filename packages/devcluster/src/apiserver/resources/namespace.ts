import type { KubeObject } from '../../storage/kube-object.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { checkDnsLabel, checkQualifiedName } from '../validation/names.ts'
import { validateFinalizerKind, validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { plainResource } from './plain-resource.ts'
import { AGE_COLUMN, ALL_VERBS, ageOf, NAME_COLUMN, partOf, textOf } from './resource-definition.ts'

/** Namespaces. One that is deleted stays, Terminating, until the namespace controller has emptied it. */
export const namespaces = plainResource({
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
  subresources: ['status', 'finalize'],
  checkName: checkDnsLabel,
  answersDeletedObject: true,
  fieldLabels: {
    'status.phase': (object) => textOf(object, 'status', 'phase'),
    name: (object) => object.metadata.name,
  },
  unknownFieldLabel: (label) => `field label not supported: ${label}`,
  defaults: (object) => ({
    ...withNameLabel(object),
    status: { ...(object.status as object), phase: textOf(object, 'status', 'phase') || 'Active' },
  }),
  prepareCreate(object) {
    const asked = finalizersOf(object)
    const finalizers = asked.includes('kubernetes') ? asked : [...asked, 'kubernetes']
    return { ...withNameLabel(object), spec: { finalizers }, status: { phase: 'Active' } }
  },
  validate: validateNamespace,
  prepareUpdate: (next, current) => ({ ...next, spec: current.spec, status: current.status }),
  validateUpdate(next, current, errors) {
    validateNamespace(next, errors)
    validateMetadataUpdate(next.metadata, current.metadata, errors)
  },
  subresourceUpdates: {
    status: {
      prepare: (next, current) => ({ ...next, spec: current.spec }),
      validate(next, current, errors) {
        validateMetadataUpdate(next.metadata, current.metadata, errors)
        validatePhase(next, errors)
      },
    },
    finalize: {
      prepare: (next, current) => ({ ...next, status: current.status }),
      validate(next, current, errors) {
        validateMetadataUpdate(next.metadata, current.metadata, errors)
        for (const [index, name] of finalizersOf(next).entries()) {
          validateFinalizer(name, `spec.finalizers[${index}]`, errors)
        }
      },
    },
  },
  columns: [NAME_COLUMN, { name: 'Status', description: 'Active or Terminating.' }, AGE_COLUMN],
  row: (object, now) => [
    object.metadata.name,
    textOf(object, 'status', 'phase'),
    ageOf(object.metadata.creationTimestamp, now),
  ],
})

/** Every namespace is labelled with its name. */
function withNameLabel(object: KubeObject): KubeObject {
  const { metadata } = object
  if (!metadata.name) return object
  return {
    ...object,
    metadata: { ...metadata, labels: { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name } },
  }
}

function finalizersOf(object: KubeObject): readonly string[] {
  return (partOf(object, 'spec', 'finalizers') ?? []) as readonly string[]
}

function validateNamespace(object: KubeObject, errors: FieldErrors): void {
  validateMetadata(object.metadata, { namespaced: false, checkName: checkDnsLabel }, errors)
  for (const name of finalizersOf(object)) validateFinalizer(name, 'spec.finalizers', errors)
}

function validateFinalizer(name: string, path: string, errors: FieldErrors): void {
  errors.invalidAll(path, name, checkQualifiedName(name))
  validateFinalizerKind(name, path, errors)
}

function validatePhase(object: KubeObject, errors: FieldErrors): void {
  const phase = textOf(object, 'status', 'phase')
  const isEnding = object.metadata.deletionTimestamp !== undefined
  if (phase === (isEnding ? 'Terminating' : 'Active')) return
  const text = isEnding
    ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
    : "may only be 'Active' if `deletionTimestamp` is empty"
  errors.invalid('status.Phase', phase, text)
}
