import type { Clock } from '../clock.ts'
import { type KubeObject, type ObjectMetadata, sharingParts } from '../storage/kube-object.ts'
import type { VersionedStore } from '../storage/versioned-store.ts'
import { admitCreate, admitDelete } from './admission.ts'
import { admitToQuotas } from './quota/quota-admission.ts'
import { generatedName, type Random, randomUid, timestampOf } from './random-text.ts'
import { pods } from './resources/pod.ts'
import type { ResourceDefinition } from './resources/resource-definition.ts'
import type { ApiTypes } from './schema/api-type.ts'
import { decodeObject } from './schema/decode-object.ts'
import {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  MODIFIED_SINCE,
  notFound,
  unreasoned,
} from './status.ts'
import { FieldErrors } from './validation/field-errors.ts'
import { checkPathSegment } from './validation/names.ts'
import { validateMetadataUpdate } from './validation/object-metadata.ts'

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
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
  readonly subresource?: 'status' | undefined
}

interface PodCondition {
  readonly type: string
  readonly status: string
  readonly [field: string]: unknown
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
    if (problems.length > 0) throw badRequest(`Name parameter invalid: "${name}": ${problems.join(';')}`)
    const object = this.store.get(resource.collection, namespace, name)
    if (!object) throw notFound(resource, name)
    return object
  }

  /**
   * Stores a new object and answers with it, warnings included.
   *
   * @throws {ApiError} 400 another namespace, 403 and 404 by admission, 409 exists, 422 invalid
   */
  create(
    resource: ResourceDefinition,
    namespace: string | undefined,
    given: KubeObject,
    { dryRun = false, bypassesQuotas = false }: WriteOptions = {},
  ): { readonly object: KubeObject; readonly warnings: readonly string[] } {
    const admitted = admitCreate(this.store, resource, this.#identified(resource, namespace, given))
    const prepared = this.#canonical(resource, resource.prepareCreate(admitted))
    const errors = new FieldErrors()
    resource.validate(prepared, errors)
    if (!errors.isEmpty) throw invalid(resource.kind, prepared.metadata.name ?? '', errors, resource.group)
    if (!bypassesQuotas) admitToQuotas(this.store, resource, prepared)
    const warnings = resource.warnings?.(prepared) ?? []
    if (dryRun) {
      if (this.store.get(resource.collection, namespace, prepared.metadata.name)) {
        throw alreadyExists(resource, prepared.metadata.name)
      }
      return { object: withoutVersion(prepared), warnings }
    }
    const stored = this.store.create(resource.collection, prepared)
    if (!stored) throw alreadyExists(resource, prepared.metadata.name)
    return { object: stored, warnings }
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
    { dryRun = false, subresource }: WriteOptions = {},
  ): KubeObject {
    const current = this.get(resource, namespace, name)
    const given = change(current)
    checkVersion(resource, given.metadata, current.metadata)
    const next = this.#prepareUpdate(resource, given, current, subresource)
    if (next === current) return current
    if (isFinished(next) && isBeingDeleted(current)) {
      if (!dryRun) this.store.delete(resource.collection, namespace, name)
      return next
    }
    return dryRun ? next : this.store.update(resource.collection, next)
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
    admitDelete(resource, name)
    checkPreconditions(resource, current, options)
    const marked = this.#marked(resource, current, options)
    if (!marked) return { object: current, isGone: false }
    const { dryRun = false } = options
    const stored =
      marked === current || dryRun
        ? marked
        : this.store.update(resource.collection, this.#canonical(resource, marked, current))
    if (!isFinished(stored) || resource.plural === 'namespaces') return { object: stored, isGone: false }
    if (dryRun) return { object: stored, isGone: true }
    return { object: this.store.delete(resource.collection, namespace, name) ?? stored, isGone: true }
  }

  /** Replaces a namespace's own finalizers; a deleted one goes when none is left. */
  setSpecFinalizers(resource: ResourceDefinition, name: string, finalizers: readonly string[]): KubeObject {
    const current = this.get(resource, undefined, name)
    const next = this.#canonical(resource, { ...current, spec: { finalizers } }, current)
    if (next === current) return current
    if (isFinished(next) && isBeingDeleted(current)) {
      this.store.delete(resource.collection, undefined, name)
      return next
    }
    return this.store.update(resource.collection, next)
  }

  /** The binding of a pod that is not bound: its node and the condition PodScheduled, in one revision. */
  bind(pod: KubeObject, nodeName: string): KubeObject {
    const observedGeneration = pod.metadata.generation
    const status = this.#withCondition(pod, { type: 'PodScheduled', observedGeneration, status: 'True' })
    const bound = { ...pod, spec: { ...(pod.spec as object), nodeName }, status }
    return this.store.update('pods', this.#canonical(pods, bound, pod))
  }

  /** Says on a pod that it is deleted by an eviction. */
  markEvicted(pod: KubeObject): KubeObject {
    const status = this.#withCondition(pod, {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    })
    const { namespace, name } = pod.metadata
    return this.update(pods, namespace, name, (current) => ({ ...current, status }), { subresource: 'status' })
  }

  #withCondition(pod: KubeObject, condition: PodCondition): object {
    const status = (pod.status ?? {}) as { conditions?: readonly PodCondition[] }
    const before = status.conditions?.find(({ type }) => type === condition.type)
    const isTheSame = before?.status === condition.status
    const lastTransitionTime = isTheSame ? before.lastTransitionTime : timestampOf(this.#clock.now())
    const whole = { ...condition, lastProbeTime: null, lastTransitionTime }
    const others = status.conditions?.filter(({ type }) => type !== condition.type) ?? []
    const conditions = condition.type === 'PodScheduled' ? [whole, ...others] : [...others, whole]
    return { ...status, conditions }
  }

  /** Name, namespace, uid and birth, which the server alone gives. */
  #identified(resource: ResourceDefinition, namespace: string | undefined, given: KubeObject): KubeObject {
    if (given.metadata.resourceVersion) {
      throw unreasoned('resourceVersion should not be set on objects to be created')
    }
    const own = given.metadata.namespace || namespace
    if (resource.namespaced && own !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
    const {
      namespace: _,
      deletionTimestamp: __,
      deletionGracePeriodSeconds: ___,
      generation: ____,
      selfLink: _____,
      ...rest
    } = given.metadata
    const { name, generateName } = given.metadata
    return {
      ...given,
      metadata: {
        ...rest,
        name: name || (generateName ? generatedName(generateName, this.#random) : ''),
        ...(resource.namespaced && namespace !== undefined && { namespace }),
        ...(!resource.namespaced && given.metadata.namespace && { namespace: given.metadata.namespace }),
        uid: randomUid(this.#random),
        creationTimestamp: timestampOf(this.#clock.now()),
      },
    }
  }

  #prepareUpdate(
    resource: ResourceDefinition,
    given: KubeObject,
    current: KubeObject,
    subresource: 'status' | undefined,
  ): KubeObject {
    const before = current.metadata
    const { resourceVersion: _, ...own } = given.metadata
    // What is left out of these stays as it was; another value is refused below.
    const metadata: ObjectMetadata = {
      ...own,
      uid: own.uid || before.uid || '',
      ...(before.resourceVersion !== undefined && { resourceVersion: before.resourceVersion }),
      ...(before.generation === undefined ? {} : { generation: before.generation }),
      creationTimestamp: own.creationTimestamp ?? before.creationTimestamp ?? '',
      ...(before.deletionTimestamp !== undefined && { deletionTimestamp: before.deletionTimestamp }),
      ...(before.deletionGracePeriodSeconds !== undefined && {
        deletionGracePeriodSeconds: own.deletionGracePeriodSeconds ?? before.deletionGracePeriodSeconds,
      }),
    }
    const whole = { ...given, metadata }
    const prepare =
      subresource === 'status' && resource.prepareStatusUpdate ? resource.prepareStatusUpdate : resource.prepareUpdate
    const next = this.#canonical(resource, prepare(whole, current), current)
    const errors = new FieldErrors()
    // The generic registry checks metadata, and so do the resources: Kubernetes reports such problems twice.
    validateMetadataUpdate(next.metadata, before, errors)
    if (subresource === 'status') validateMetadataUpdate(next.metadata, before, errors)
    else resource.validateUpdate(next, current, errors)
    if (!errors.isEmpty) throw invalid(resource.kind, before.name, errors, resource.group)
    if (subresource === undefined) admitToQuotas(this.store, resource, next, current)
    return next
  }

  /** The object with its deletion written down; undefined when a deletion is under way that this one does not hasten. */
  #marked(resource: ResourceDefinition, current: KubeObject, options: DeleteOptions): KubeObject | undefined {
    const { metadata } = current
    const now = this.#clock.now()
    if (resource.plural === 'namespaces') {
      if (metadata.deletionTimestamp !== undefined) return undefined
      return {
        ...current,
        metadata: { ...metadata, deletionTimestamp: timestampOf(now) },
        status: { ...(current.status as object), phase: 'Terminating' },
      }
    }
    if (metadata.deletionTimestamp !== undefined) {
      const grace = metadata.deletionGracePeriodSeconds
      const wanted = options.gracePeriodSeconds
      if (grace === undefined) return current
      if (wanted === undefined || wanted >= grace) return undefined
      const asked = Date.parse(metadata.deletionTimestamp) - grace * 1000
      return withDeletion(current, asked, Math.max(wanted, 0))
    }
    const grace = resource.graceSeconds?.(current, { gracePeriodSeconds: options.gracePeriodSeconds })
    if (grace === undefined) return metadata.finalizers?.length ? withDeletion(current, now, 0) : current
    const generation = metadata.generation === undefined ? undefined : metadata.generation + 1
    const next = withDeletion(current, now, grace)
    return generation === undefined ? next : { ...next, metadata: { ...next.metadata, generation } }
  }

  /** In the server's order, without what is left out when empty; `current` itself when it says the same. */
  #canonical(resource: ResourceDefinition, object: KubeObject, current?: KubeObject): KubeObject {
    const { managedFields: _, ...metadata } = object.metadata
    // A version of its own keeps its place among the fields; the store fills it in.
    const versioned = { ...object, metadata: { ...metadata, resourceVersion: metadata.resourceVersion ?? 'new' } }
    const { value } = decodeObject(this.#types, resource.kind, versioned, undefined, current)
    const next = value as unknown as KubeObject
    return current ? sharingParts(next, current) : next
  }
}

function withDeletion(object: KubeObject, askedAt: number, graceSeconds: number): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      deletionTimestamp: timestampOf(askedAt + graceSeconds * 1000),
      deletionGracePeriodSeconds: graceSeconds,
    },
  }
}

function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata
  return { ...object, metadata: metadata as ObjectMetadata }
}

/** Nothing holds a deleted object back any more: no finalizer, no time. */
function isFinished({ metadata, spec }: KubeObject): boolean {
  const held = (spec as { finalizers?: readonly string[] } | undefined)?.finalizers
  return !metadata.finalizers?.length && !metadata.deletionGracePeriodSeconds && !held?.length
}

function isBeingDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined
}

function checkVersion(resource: ResourceDefinition, given: ObjectMetadata, current: ObjectMetadata): void {
  const { resourceVersion = '' } = given
  if (resourceVersion === '' || resourceVersion === '0') return
  if (!/^[0-9]{1,19}$/.test(resourceVersion)) {
    throw unreasoned(`strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`)
  }
  if (resourceVersion !== current.resourceVersion) throw conflict(resource, current.name, MODIFIED_SINCE)
}

/** @throws {ApiError} 409 when the object is not the one that is meant */
export function checkPreconditions(
  resource: ResourceDefinition,
  { metadata }: KubeObject,
  options: DeleteOptions,
): void {
  const { uid, resourceVersion } = options.preconditions ?? {}
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
