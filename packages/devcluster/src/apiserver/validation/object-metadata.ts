import type { ObjectMetadata } from '../../storage/kube-object.ts'
import type { FieldErrors } from './field-errors.ts'
import { checkDnsLabel, checkLabelValue, checkQualifiedName, prefixOf } from './names.ts'

const MAX_ANNOTATION_BYTES = 256 * 1024
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion']

export interface MetadataRules {
  readonly namespaced: boolean
  /** What is wrong with a name of this resource. */
  checkName(name: string): readonly string[]
}

/** Checks metadata of any object (apimachinery: ValidateObjectMeta). */
export function validateMetadata(metadata: ObjectMetadata, rules: MetadataRules, errors: FieldErrors): void {
  if (metadata.generateName) {
    errors.invalidAll('metadata.generateName', metadata.generateName, rules.checkName(prefixOf(metadata.generateName)))
  }
  if (!metadata.name) errors.required('metadata.name', 'name or generateName is required')
  else errors.invalidAll('metadata.name', metadata.name, rules.checkName(metadata.name))
  if (rules.namespaced) {
    if (!metadata.namespace) errors.required('metadata.namespace')
    else errors.invalidAll('metadata.namespace', metadata.namespace, checkDnsLabel(metadata.namespace))
  } else if (metadata.namespace) {
    errors.forbidden('metadata.namespace', 'not allowed on this type')
  }
  validateLabels(metadata.labels, 'metadata.labels', errors)
  validateAnnotations(metadata.annotations, 'metadata.annotations', errors)
  validateOwners(metadata.ownerReferences, errors)
  for (const finalizer of metadata.finalizers ?? []) {
    errors.invalidAll('metadata.finalizers', finalizer, checkQualifiedName(finalizer))
  }
  const has = (name: string) => metadata.finalizers?.includes(name)
  if (has('orphan') && has('foregroundDeletion')) {
    errors.invalid(
      'metadata.finalizers',
      metadata.finalizers,
      'finalizer orphan and foregroundDeletion cannot be both set',
    )
  }
  for (const [index, finalizer] of (metadata.finalizers ?? []).entries()) {
    if (!finalizer.includes('/') && !STANDARD_FINALIZERS.includes(finalizer)) {
      errors.invalid(
        `metadata.finalizers[${index}]`,
        finalizer,
        'name is neither a standard finalizer name nor is it fully qualified',
      )
    }
  }
}

export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: FieldErrors,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.invalidAll(path, key, checkQualifiedName(key))
    errors.invalidAll(path, value, checkLabelValue(value))
  }
}

function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: FieldErrors,
): void {
  let bytes = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    // Keys of annotations may have capital letters in their prefix.
    errors.invalidAll(path, key, checkQualifiedName(key.toLowerCase()))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (bytes > MAX_ANNOTATION_BYTES) errors.tooLong(path, MAX_ANNOTATION_BYTES)
}

interface OwnerReference {
  readonly apiVersion?: string
  readonly kind?: string
  readonly name?: string
  readonly uid?: string
  readonly controller?: boolean
}

function validateOwners(references: unknown, errors: FieldErrors): void {
  const path = 'metadata.ownerReferences'
  const owners = (references ?? []) as readonly OwnerReference[]
  for (const { apiVersion = '', kind = '', name = '', uid = '' } of owners) {
    if (apiVersion === '') errors.invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty')
    if (kind === '') errors.invalid(`${path}.kind`, kind, 'must not be empty')
    if (name === '') errors.invalid(`${path}.name`, name, 'must not be empty')
    if (uid === '') errors.invalid(`${path}.uid`, uid, 'must not be empty')
    if (apiVersion === 'v1' && kind === 'Event') {
      errors.invalid(path, '/v1, Kind=Event', '/v1, Kind=Event is disallowed from being an owner')
    }
  }
  const [first, ...others] = owners.filter(({ controller }) => controller)
  for (const other of others) {
    const both = `${first?.kind}/${first?.name} and ${other.kind}/${other.name}`
    errors.invalid(
      path,
      references,
      `Only one reference can have Controller set to true. Found "true" in references for ${both}`,
    )
  }
}

/** Checks what must not change (apimachinery: ValidateObjectMetaUpdate). */
export function validateMetadataUpdate(next: ObjectMetadata, current: ObjectMetadata, errors: FieldErrors): void {
  const immutable = (field: string, value: unknown, before: unknown) => {
    if (JSON.stringify(value) !== JSON.stringify(before)) {
      errors.invalid(`metadata.${field}`, value ?? null, 'field is immutable')
    }
  }
  immutable('name', next.name, current.name)
  immutable('namespace', next.namespace, current.namespace)
  immutable('uid', next.uid, current.uid)
  immutable('creationTimestamp', next.creationTimestamp, current.creationTimestamp)
  immutable('deletionTimestamp', next.deletionTimestamp, current.deletionTimestamp)
  immutable('deletionGracePeriodSeconds', next.deletionGracePeriodSeconds, current.deletionGracePeriodSeconds)
  if (current.deletionTimestamp === undefined) return
  const added = (next.finalizers ?? []).filter((finalizer) => !current.finalizers?.includes(finalizer))
  if (added.length > 0) {
    const list = added.map((finalizer) => `"${finalizer}"`).join(', ')
    errors.forbidden(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    )
  }
}
