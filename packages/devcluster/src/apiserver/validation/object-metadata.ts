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

/** Checks metadata as the core group's resources do (Kubernetes: ValidateObjectMeta): finalizers must be well known. */
export function validateMetadata(metadata: ObjectMetadata, rules: MetadataRules, errors: FieldErrors): void {
  validateCommonMetadata(metadata, rules, errors)
  validateFinalizerKinds(metadata, errors)
}

/** Checks metadata of any object (apimachinery: ValidateObjectMeta). */
export function validateCommonMetadata(metadata: ObjectMetadata, rules: MetadataRules, errors: FieldErrors): void {
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
  const { generation = 0, finalizers = [] } = metadata
  if (generation < 0) errors.invalid('metadata.generation', generation, 'must be greater than or equal to 0')
  validateLabels(metadata.labels, 'metadata.labels', errors)
  validateAnnotations(metadata.annotations, 'metadata.annotations', errors)
  validateOwners(metadata.ownerReferences, errors)
  for (const finalizer of finalizers) errors.invalidAll('metadata.finalizers', finalizer, checkQualifiedName(finalizer))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const text = 'finalizer orphan and foregroundDeletion cannot be both set'
    errors.invalid('metadata.finalizers', finalizers, text)
  }
}

function validateFinalizerKinds({ finalizers = [] }: ObjectMetadata, errors: FieldErrors): void {
  for (const [index, finalizer] of finalizers.entries()) {
    validateFinalizerKind(finalizer, `metadata.finalizers[${index}]`, errors)
  }
}

/** Without a slash, a finalizer is one that Kubernetes itself has. */
export function validateFinalizerKind(finalizer: string, path: string, errors: FieldErrors): void {
  if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) return
  errors.invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
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
  let controller: string | undefined
  for (const owner of owners) {
    const { apiVersion = '', kind = '', name = '', uid = '' } = owner
    // With more than one slash it is no group and version.
    if (apiVersion === '' || apiVersion.split('/').length > 2) {
      errors.invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty')
    }
    if (kind === '') errors.invalid(`${path}.kind`, kind, 'must not be empty')
    if (name === '') errors.invalid(`${path}.name`, name, 'must not be empty')
    if (uid === '') errors.invalid(`${path}.uid`, uid, 'must not be empty')
    if (apiVersion === 'v1' && kind === 'Event') {
      errors.invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner')
    }
    if (!owner.controller) continue
    const current = `${kind}/${name}`
    if (controller === undefined) controller = current
    else {
      const text = 'Only one reference can have Controller set to true. Found "true" in references for'
      errors.invalid(path, references, `${text} ${controller} and ${current}`)
    }
  }
}

/** Checks an update as the core group's resources do (Kubernetes: ValidateObjectMetaUpdate). */
export function validateMetadataUpdate(next: ObjectMetadata, current: ObjectMetadata, errors: FieldErrors): void {
  validateCommonMetadataUpdate(next, current, errors)
  validateFinalizerKinds(next, errors)
}

/** Checks what must not change (apimachinery: ValidateObjectMetaUpdate). */
export function validateCommonMetadataUpdate(next: ObjectMetadata, current: ObjectMetadata, errors: FieldErrors): void {
  if (current.deletionTimestamp !== undefined) validateNoNewFinalizers(next, current, errors)
  const immutable = (field: string, value: unknown, before: unknown) => {
    if (JSON.stringify(value) !== JSON.stringify(before)) {
      errors.invalid(`metadata.${field}`, value ?? null, 'field is immutable')
    }
  }
  immutable('name', next.name, current.name)
  immutable('namespace', next.namespace, current.namespace)
  immutable('uid', next.uid, current.uid)
  immutable('deletionTimestamp', next.deletionTimestamp, current.deletionTimestamp)
  immutable('deletionGracePeriodSeconds', next.deletionGracePeriodSeconds, current.deletionGracePeriodSeconds)
  validateLabels(next.labels, 'metadata.labels', errors)
  validateAnnotations(next.annotations, 'metadata.annotations', errors)
  validateOwners(next.ownerReferences, errors)
}

function validateNoNewFinalizers(next: ObjectMetadata, current: ObjectMetadata, errors: FieldErrors): void {
  const added = [...new Set(next.finalizers)].filter((finalizer) => !current.finalizers?.includes(finalizer))
  if (added.length === 0) return
  const list = added
    .sort()
    .map((finalizer) => JSON.stringify(finalizer))
    .join(', ')
  const text = 'no new finalizers can be added if the object is being deleted, found new finalizers'
  errors.forbidden('metadata.finalizers', `${text} []string{${list}}`)
}
