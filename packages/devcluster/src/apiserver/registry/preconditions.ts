import type { KubeObject, ObjectMetadata } from '../../storage/kube-object.ts'
import { unsignedProblem } from '../http/query-values.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { ApiError, conflict, MODIFIED_SINCE, unreasoned } from '../status.ts'
import type { DeleteOptions } from './object-registry.ts'

/** @throws {ApiError} 400 for what is no version, 409 when the object has another one */
export function checkVersion(resource: ResourceDefinition, given: ObjectMetadata, current: ObjectMetadata): void {
  const { resourceVersion = '' } = given
  const problem = resourceVersion === '' ? undefined : unsignedProblem(resourceVersion)
  if (problem !== undefined) throw unreasoned(problem)
  if (Number(resourceVersion) === 0) return
  if (resourceVersion !== current.resourceVersion) throw conflict(resource, current.name, MODIFIED_SINCE)
}

/** @throws {ApiError} 409 when the object is not the one that is meant */
export function checkPreconditions(
  resource: ResourceDefinition,
  { metadata }: KubeObject,
  { preconditions }: Pick<DeleteOptions, 'preconditions'>,
): void {
  const { uid, resourceVersion } = preconditions ?? {}
  const refuse = (why: string) =>
    // In this one text Kubernetes names the kind where all others have the resource.
    new ApiError(409, {
      message: `Operation cannot be fulfilled on ${resource.kind} "${metadata.name}": ${why}`,
      reason: 'Conflict',
      details: { name: metadata.name, kind: resource.kind },
    })
  if (uid !== undefined && uid !== metadata.uid) {
    throw refuse(
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    )
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw refuse(
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    )
  }
}

/**
 * How the storage begins what it says of an object at this key that is not the one that is meant. What is only tried never
 * gets to the storage, which alone knows where its keys begin.
 */
export function invalidStored(key: string, dryRun: boolean): string {
  return `StorageError: invalid object, Code: 4, Key: ${dryRun ? '' : '/registry'}${key}, ResourceVersion: 0, AdditionalErrorMsg: `
}

/** The same of what is written without a look before, in the words of the storage. @throws {ApiError} 409 */
export function checkStoredPreconditions(
  resource: ResourceDefinition,
  { metadata }: KubeObject,
  { preconditions }: Pick<DeleteOptions, 'preconditions'>,
  storage = '',
): void {
  const { uid, resourceVersion } = preconditions ?? {}
  const refuse = (what: string, wanted: string, found: string | undefined) =>
    conflict(
      resource,
      metadata.name,
      `${storage}Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`,
    )
  if (uid !== undefined && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid)
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw refuse('ResourceVersion', resourceVersion, metadata.resourceVersion)
  }
}
