import type { KubeObject } from '../../storage/kube-object.ts'
import type { VersionedStore } from '../../storage/versioned-store.ts'
import type { Exchange } from '../http/exchange.ts'
import { isKnownKind, kindMismatch, kindOfResource, readObject, typeNameOf } from '../http/object-body.ts'
import { includeObjectValue } from '../http/object-encoder.ts'
import { unsignedProblem } from '../http/query-values.ts'
import { bodyMediaType, readBody } from '../http/request-body.ts'
import { readTypeMeta, TypeMetaError } from '../http/type-meta.ts'
import { readWriteOptions } from '../http/write-options.ts'
import { invalidPatch, isApplyPatch, type ReadPatch, readPatch } from '../patch/apply-patch.ts'
import { invalidStored } from '../registry/preconditions.ts'
import { apiVersionOf } from '../resource-registry.ts'
import type { ResourceDefinition, UpdatedSubresource } from '../resources/resource-definition.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { type Decoded, DecodeError, decodeObject } from '../schema/decode-object.ts'
import { NO_NOTES } from '../schema/json-text.ts'
import type { ServerContext, Target } from '../server-context.ts'
import { badRequest, conflict, OTHER_NAMESPACE, unreasoned } from '../status.ts'

/** POST to a collection. */
export async function handleCreate(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  const form = exchange.outputForm()
  bodyMediaType(exchange.header('content-type'))
  const body = await readBody(exchange.request)
  const { dryRun, fieldValidation } = readWriteOptions(exchange.query, 'CreateOptions')
  const { resource, namespace } = target
  const kind = kindOfResource(resource)
  const { object, warnings } = readObject(context.types, kind, body, exchange.header('content-type'), fieldValidation)
  exchange.warn(warnings)
  const warn = (warnings: readonly string[]) => exchange.warn(warnings)
  const created = context.registry.create(resource, namespace, stored(resource, object), { dryRun, warn })
  const { name, uid = '' } = created.metadata
  exchange.subject = { name, uid }
  const include = includeObjectValue(exchange.query, form)
  exchange.sendJson(201, context.encoder(resource).object(created, form, include), form)
}

/** PUT of an object, or of a part of it. */
export async function handleUpdate(
  context: ServerContext,
  exchange: Exchange,
  target: Target,
  subresource?: UpdatedSubresource,
): Promise<void> {
  const form = exchange.outputForm()
  const body = await readBody(exchange.request)
  const { dryRun, fieldValidation } = readWriteOptions(exchange.query, 'UpdateOptions')
  const { resource, namespace, name } = target
  const kind = kindOfResource(resource)
  const read = readObject(context.types, kind, body, exchange.header('content-type'), fieldValidation)
  exchange.warn(read.warnings)
  const given = stored(resource, read.object)
  checkIdentity(given, target)
  const options = { dryRun, subresource, warn: (warnings: readonly string[]) => exchange.warn(warnings) }
  const { registry } = context
  const creates = resource.allowsCreateOnUpdate && !registry.store.get(resource.collection, namespace, name)
  if (creates) {
    checkUid(given, undefined, target, dryRun)
    // The namespace is asked for after the uid, and before the version.
    if (hasNamespace(registry.store, target)) checkAbsentVersion(given)
  }
  const updated = creates
    ? registry.create(resource, namespace, given, { ...options, isByUpdate: true })
    : registry.update(resource, namespace, name, (current) => placed(given, current, target, dryRun), options)
  const include = includeObjectValue(exchange.query, form)
  exchange.sendJson(creates ? 201 : 200, context.encoder(resource).object(updated, form, include), form)
}

function placed(given: KubeObject, current: KubeObject, target: Target, dryRun: boolean): KubeObject {
  checkUid(given, current, target, dryRun)
  return inNamespace(given, target)
}

/** In the namespace of the request; without one where there is none. */
function inNamespace(given: KubeObject, { namespace }: Target): KubeObject {
  const { namespace: _, ...metadata } = given.metadata
  return { ...given, metadata: { ...metadata, ...(namespace !== undefined && { namespace }) } }
}

function hasNamespace(store: VersionedStore, { namespace }: Target): boolean {
  return namespace === undefined || store.get('namespaces', undefined, namespace) !== undefined
}

/** What is not there has no version, and any is taken for none. */
function checkAbsentVersion(given: KubeObject): void {
  const { resourceVersion = '' } = given.metadata
  const problem = resourceVersion === '' ? undefined : unsignedProblem(resourceVersion)
  if (problem !== undefined) throw unreasoned(problem)
}

/** PATCH of an object, or of a part of it. */
export async function handlePatch(
  context: ServerContext,
  exchange: Exchange,
  target: Target,
  subresource?: UpdatedSubresource,
): Promise<void> {
  const { resource, namespace, name } = target
  const contentType = exchange.header('content-type')
  // Looked at before what the answer shall be in, as in Kubernetes.
  const isApply = isApplyPatch(contentType)
  const form = exchange.outputForm()
  const body = await readBody(exchange.request)
  const { dryRun, fieldValidation } = readWriteOptions(exchange.query, 'PatchOptions', { isApply })
  const isLenient = fieldValidation === 'Ignore'
  const patchBody = readPatch(context.types, resource.typeName, body, contentType, { isLenient })
  const updated = context.registry.update(
    resource,
    namespace,
    name,
    (current) => {
      const patch = patchBody()
      const shape = resource.fromStored?.(current) ?? current
      const result = patch.apply({ kind: resource.kind, apiVersion: apiVersionOf(resource), ...shape })
      const decoded = decodedPatch(context, resource, result, patch)
      const strictErrors = [...patch.strictErrors, ...decoded.strictErrors]
      if (strictErrors.length > 0) {
        if (fieldValidation === 'Strict') {
          throw invalidPatch(patch.shownResult(result), `strict decoding error: ${strictErrors.join(', ')}`)
        }
        if (fieldValidation === 'Warn') exchange.warn(strictErrors)
      }
      const next = stored(resource, decoded.value as unknown as KubeObject)
      checkIdentity(next, target)
      return inNamespace(next, target)
    },
    { dryRun, subresource, warn: (warnings) => exchange.warn(warnings) },
  )
  const include = includeObjectValue(exchange.query, form)
  exchange.sendJson(200, context.encoder(resource).object(updated, form, include), form)
}

/**
 * The form that Kubernetes itself works with, and reads where a patch leaves no apiVersion. The fields of the metadata are
 * its own, beside `kind` and `apiVersion`, and it knows no others by their names.
 */
const INTERNAL_VERSION = '__internal'

function decodedPatch({ types }: ServerContext, resource: ResourceDefinition, result: unknown, patch: ReadPatch) {
  try {
    return decodedAsSaid(types, resource, result, patch)
  } catch (error) {
    if (error instanceof DecodeError || error instanceof TypeMetaError) {
      throw invalidPatch(patch.shownResult(result), error.message)
    }
    throw error
  }
}

/** @throws {DecodeError} {@link TypeMetaError} of another kind too, once it is read as that one */
function decodedAsSaid(types: ApiTypes, resource: ResourceDefinition, result: unknown, patch: ReadPatch): Decoded {
  const { kind, typeName } = resource
  if (!patch.checksKind) {
    readTypeMeta({ value: result, notes: NO_NOTES }, { kind, group: '', version: INTERNAL_VERSION })
    return decodeObject(types, typeName, result, patch.notes)
  }
  const said = readTypeMeta({ value: result, notes: NO_NOTES }, { kind, group: '', version: INTERNAL_VERSION })
  const apiVersion = apiVersionOf(said)
  if (said.version === '') {
    throw new TypeMetaError(`Object 'apiVersion' is missing in '${patch.shownResult(result)}'`)
  }
  if (kind === said.kind && apiVersion === INTERNAL_VERSION) {
    const { value: metadata, strictErrors } = decodeObject(types, 'ObjectMeta', result, patch.notes)
    return { value: { metadata }, strictErrors }
  }
  if (kind === said.kind && apiVersion === apiVersionOf(resource)) {
    return decodeObject(types, typeName, result, patch.notes)
  }
  const otherType = isKnownKind(said.kind, apiVersion) ? typeNameOf(types, said) : undefined
  if (otherType !== undefined) decodeObject(types, otherType, result, patch.notes)
  throw new TypeMetaError(kindMismatch(said.kind, apiVersion, kindOfResource(resource)))
}

function stored(resource: ResourceDefinition, object: KubeObject): KubeObject {
  return resource.toStored?.(object) ?? object
}

function checkIdentity({ metadata }: KubeObject, { name, namespace }: Target): void {
  if (namespace !== undefined && metadata.namespace && metadata.namespace !== namespace)
    throw badRequest(OTHER_NAMESPACE)
  if (!metadata.name) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  }
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
}

/** A PUT that names a uid means that very object. */
function checkUid(
  given: KubeObject,
  current: KubeObject | undefined,
  { resource, namespace, name }: Target,
  dryRun: boolean,
): void {
  const { uid } = given.metadata
  if (!uid || uid === current?.metadata.uid) return
  const key = `/${resource.collection}/${namespace === undefined ? '' : `${namespace}/`}${name}`
  throw conflict(
    resource,
    name,
    `${invalidStored(key, dryRun)}Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current?.metadata.uid ?? ''}`,
  )
}
