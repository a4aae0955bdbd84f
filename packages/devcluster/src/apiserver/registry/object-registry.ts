import { apiTime } from '../../api-time.ts'
import type { Clock } from '../../clock.ts'
import type { Random } from '../../random.ts'
import { type KubeObject, type ObjectMetadata, sharingParts } from '../../storage/kube-object.ts'
import type { VersionedStore } from '../../storage/versioned-store.ts'
import { goQuoted } from '../go-text.ts'
import { admitToQuotas } from '../quota/quota-admission.ts'
import type { ResourceDefinition, UpdatedSubresource } from '../resources/resource-definition.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { decodeObject } from '../schema/decode-object.ts'
import { alreadyExists, badRequest, invalid, notFound, unreasoned } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import { checkPathSegment } from '../validation/names.ts'
import { validateCommonMetadata, validateCommonMetadataUpdate } from '../validation/object-metadata.ts'
import { warningsWithoutEffect } from '../without-effect.ts'
import { admitCreate, admitDelete, admitValid } from './admission.ts'
import { deletionStep } from './deletion.ts'
import { born, placed } from './new-object.ts'
import { checkPreconditions, checkStoredPreconditions, checkVersion } from './preconditions.ts'

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  /** Read and not acted on. */
  readonly propagationPolicy?: string
  /** The older form of a propagation policy, where it says no: that the object is still there is then told by a 202. */
  readonly keepsNoDependents?: boolean
  readonly dryRun?: boolean
}

/** What came of a deletion: the object as it is now, or was last. */
export interface Deletion {
  readonly object: KubeObject
  readonly isGone: boolean
}

export interface WriteOptions {
  readonly dryRun?: boolean
  /** For what the cluster itself needs in a namespace. */
  readonly bypassesQuotas?: boolean
  /** Of creations: asked for by the update of what is not there. */
  readonly isByUpdate?: boolean
  /** Of updates: which rules hold. */
  readonly subresource?: UpdatedSubresource | undefined
  /** Hears what is said of an object that is taken. */
  readonly warn?: (warnings: readonly string[]) => void
}

interface RegistryParts {
  readonly store: VersionedStore
  readonly types: ApiTypes
  readonly clock: Clock
  readonly random: Random
}

/**
 * Creates, changes and deletes objects by the rules of their resources, as the API server's generic registry does:
 * admission, defaults, validation, preconditions, grace, finalizers. All synchronous: what one request sees, no other
 * changes meanwhile.
 */
export class ObjectRegistry {
  readonly store: VersionedStore
  readonly #types: ApiTypes
  readonly #clock: Clock
  readonly #random: Random

  constructor({ store, types, clock, random }: RegistryParts) {
    this.store = store
    this.#types = types
    this.#clock = clock
    this.#random = random
  }

  /** @throws {ApiError} 400 for what can be no name, 404 */
  get(resource: ResourceDefinition, namespace: string | undefined, name: string): KubeObject {
    if (resource.namespaced && namespace === undefined) throw badRequest('Namespace parameter required.')
    const problems = checkPathSegment(name)
    if (problems.length > 0) throw badRequest(`Name parameter invalid: ${goQuoted(name)}: ${problems.join(';')}`)
    const object = this.store.get(resource.collection, namespace, name)
    if (!object) throw notFound(resource, name)
    return object
  }

  /**
   * Stores a new object.
   *
   * @throws {ApiError} 400 another namespace, 403 and 404 by admission, 409 exists, 422 invalid
   */
  create(
    resource: ResourceDefinition,
    namespace: string | undefined,
    given: KubeObject,
    { dryRun = false, bypassesQuotas = false, isByUpdate = false, warn }: WriteOptions = {},
  ): KubeObject {
    const whole = resource.defaults?.(given) ?? given
    const admitted = admitCreate(this.store, resource, placed(resource, namespace, whole, isByUpdate))
    const { resourceVersion = '' } = given.metadata
    const isTaken = (name: string) => this.store.get(resource.collection, namespace, name) !== undefined
    const named = born(admitted, this.#random, this.#clock.now(), isTaken)
    const prepared = this.#canonical(resource, resource.prepareCreate(named))
    this.#validateNew(resource, prepared)
    admitValid(resource, prepared)
    warn?.(warningsAbout(resource, prepared))
    if (!bypassesQuotas) admitToQuotas(this.store, resource, prepared)
    if (dryRun) {
      this.#refuseExisting(resource, prepared)
      return withVersion(prepared, resourceVersion)
    }
    if (Number(resourceVersion) > 0 && !isByUpdate)
      throw unreasoned('resourceVersion should not be set on objects to be created')
    this.#refuseExisting(resource, prepared)
    return this.store.create(resource.collection, prepared) ?? prepared
  }

  /**
   * Replaces an object by what `change` makes of it. Nothing is stored when nothing differs.
   *
   * @throws {ApiError} 404, 409 when the version or the uid is another one, 422 invalid; what `change` throws
   */
  update(
    resource: ResourceDefinition,
    namespace: string | undefined,
    name: string,
    change: (current: KubeObject) => KubeObject,
    { dryRun = false, subresource, warn }: WriteOptions = {},
  ): KubeObject {
    const current = this.get(resource, namespace, name)
    const given = change(current)
    const whole = resource.defaults?.(given) ?? given
    checkVersion(resource, whole.metadata, current.metadata)
    const next = this.#prepareUpdate(resource, whole, current, subresource)
    const rules = subresource && resource.subresourceUpdates?.[subresource]
    warn?.(rules ? (rules.warnings?.(next) ?? []) : warningsAbout(resource, next, current))
    if (isBeingDeleted(current) && isReleased(next)) {
      if (!dryRun) this.store.delete(resource.collection, namespace, name)
      return next
    }
    if (dryRun) return withLink(next, whole.metadata.selfLink)
    return next === current ? current : this.store.update(resource.collection, next)
  }

  /**
   * Deletes an object, or begins to: an object with a grace period or with finalizers stays for now.
   *
   * @throws {ApiError} 404, 403, 409 when a precondition fails
   */
  delete(
    resource: ResourceDefinition,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): Deletion {
    const current = this.get(resource, namespace, name)
    if (resource.plural === 'namespaces') {
      checkStoredPreconditions(resource, current, options)
      if (!isEmptied(current)) return this.#deleteNamespace(resource, current, options)
    }
    checkPreconditions(resource, current, options)
    const { dryRun = false, gracePeriodSeconds } = options
    const step = deletionStep(resource, current, gracePeriodSeconds, this.#clock.now())
    if (step.kind === 'pending') return { object: current, isGone: false }
    const marked = step.kind === 'marked' ? this.replace(resource, current, step.object, dryRun) : current
    if (step.kind === 'marked' && step.isHeld) return { object: marked, isGone: false }
    if (dryRun) return { object: marked, isGone: true }
    return { object: this.store.delete(resource.collection, namespace, name) ?? marked, isGone: true }
  }

  /** Stores what the server itself makes of an object: its rules are not asked. */
  replace(resource: ResourceDefinition, current: KubeObject, next: KubeObject, dryRun = false): KubeObject {
    const written = this.#canonical(resource, next, current)
    return dryRun || written === current ? written : this.store.update(resource.collection, written)
  }

  /** A namespace goes once its controller has emptied it, and nobody holds it any more. */
  #deleteNamespace(resource: ResourceDefinition, current: KubeObject, options: DeleteOptions): Deletion {
    const { metadata } = current
    admitDelete(resource, metadata.name)
    if (metadata.deletionTimestamp !== undefined) return { object: current, isGone: false }
    const marked = {
      ...current,
      metadata: { ...metadata, deletionTimestamp: apiTime(this.#clock.now()) },
      status: { ...(current.status as object), phase: 'Terminating' },
    }
    return { object: this.replace(resource, current, marked, options.dryRun), isGone: false }
  }

  /** First as the resource does, then as is done with any object. */
  #validateNew(resource: ResourceDefinition, object: KubeObject): void {
    const validateAny = ({ metadata }: KubeObject, errors: FieldErrors) =>
      validateCommonMetadata(metadata, { namespaced: resource.namespaced, checkName: checkPathSegment }, errors)
    for (const validate of [resource.validate, validateAny]) {
      const errors = new FieldErrors()
      validate(object, errors)
      if (!errors.isEmpty)
        throw invalid(resource.kind, object.metadata.name ?? '', errors, resource.validationGroup ?? resource.group)
    }
  }

  /** @throws {ApiError} 409 */
  #refuseExisting(resource: ResourceDefinition, { metadata }: KubeObject): void {
    const { namespace, name, generateName = '' } = metadata
    const existing = this.store.get(resource.collection, namespace, name)
    if (!existing) return
    throw alreadyExists(resource, name, { isBeingDeleted: isBeingDeleted(existing), isGenerated: generateName !== '' })
  }

  #prepareUpdate(
    resource: ResourceDefinition,
    given: KubeObject,
    current: KubeObject,
    subresource: UpdatedSubresource | undefined,
  ): KubeObject {
    const metadata = carriedOver(given.metadata, current.metadata)
    const rules = (subresource && resource.subresourceUpdates?.[subresource]) ?? {
      prepare: resource.prepareUpdate,
      validate: resource.validateUpdate,
    }
    const next = this.#canonical(resource, rules.prepare({ ...given, metadata }, current), current)
    const errors = new FieldErrors()
    // The registry checks metadata, and so do the resources: Kubernetes reports such problems several times.
    validateCommonMetadata(next.metadata, { namespaced: resource.namespaced, checkName: checkPathSegment }, errors)
    validateCommonMetadataUpdate(next.metadata, current.metadata, errors)
    rules.validate(next, current, errors)
    if (!errors.isEmpty)
      throw invalid(resource.kind, next.metadata.name ?? '', errors, resource.validationGroup ?? resource.group)
    if (subresource === undefined) admitToQuotas(this.store, resource, next, current)
    return next
  }

  /** In the server's order, without what is left out when empty; `current` itself when it says the same. */
  #canonical(resource: ResourceDefinition, object: KubeObject, current?: KubeObject): KubeObject {
    const { managedFields: _, selfLink: __, ...metadata } = object.metadata
    // A version of its own keeps its place among the fields; the store fills it in.
    const versioned = { ...object, metadata: { ...metadata, resourceVersion: metadata.resourceVersion ?? 'new' } }
    const { value } = decodeObject(this.#types, resource.kind, versioned, undefined, current)
    const next = value as unknown as KubeObject
    return current ? sharingParts(next, current) : next
  }
}

function warningsAbout(resource: ResourceDefinition, object: KubeObject, current?: KubeObject): readonly string[] {
  return [...(resource.warnings?.(object, current) ?? []), ...warningsWithoutEffect(resource, object, current)]
}

/** Metadata of an update. What is left out of these fields stays as it was; another value of most of them is refused. */
function carriedOver(given: ObjectMetadata, before: ObjectMetadata): ObjectMetadata {
  const { resourceVersion: _, generation: __, ...own } = given
  return {
    ...own,
    uid: own.uid || before.uid || '',
    ...(before.resourceVersion !== undefined && { resourceVersion: before.resourceVersion }),
    ...(before.generation !== undefined && { generation: before.generation }),
    ...(before.creationTimestamp !== undefined && { creationTimestamp: before.creationTimestamp }),
    ...(before.deletionTimestamp !== undefined && { deletionTimestamp: before.deletionTimestamp }),
    ...(before.deletionGracePeriodSeconds !== undefined && {
      deletionGracePeriodSeconds: own.deletionGracePeriodSeconds ?? before.deletionGracePeriodSeconds,
    }),
  }
}

function withVersion(object: KubeObject, version: string): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata
  if (version === '') return { ...object, metadata: metadata as ObjectMetadata }
  return { ...object, metadata: { ...object.metadata, resourceVersion: version } }
}

/** Only the storage takes away the link that clients of long ago sent: what is merely tried is answered with it. */
function withLink(object: KubeObject, selfLink: unknown): KubeObject {
  const { name, generateName, namespace, ...metadata } = object.metadata
  return typeof selfLink === 'string' && selfLink !== ''
    ? {
        ...object,
        metadata: {
          name,
          ...(generateName && { generateName }),
          ...(namespace && { namespace }),
          selfLink,
          ...metadata,
        },
      }
    : object
}

/** Nobody holds a deleted object back any more: who asked for a finalizer has taken it away. */
function isReleased(object: KubeObject): boolean {
  const { finalizers, deletionGracePeriodSeconds } = object.metadata
  return !finalizers?.length && !deletionGracePeriodSeconds && !finalizersOfSpec(object)?.length
}

/** Nothing of a namespace is left for its controller to do: the next deletion is one like any other. */
function isEmptied(namespace: KubeObject): boolean {
  return isBeingDeleted(namespace) && !finalizersOfSpec(namespace)?.length
}

function finalizersOfSpec({ spec }: KubeObject): readonly string[] | undefined {
  return (spec as { finalizers?: readonly string[] } | undefined)?.finalizers
}

function isBeingDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined
}
