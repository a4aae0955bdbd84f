import { apiTime } from '../../api-time.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'

/** What a DELETE makes of an object that stays for now (apiserver: rest.BeforeDelete and updateForGracefulDeletionAndFinalizers). */
export type DeletionStep =
  /** A deletion is under way that this one does not hasten. */
  | { readonly kind: 'pending' }
  /** It goes at once, as it is. */
  | { readonly kind: 'immediate' }
  /** Its deletion is written down; then it goes at once unless something holds it. */
  | { readonly kind: 'marked'; readonly object: KubeObject; readonly isHeld: boolean }

/** `gracePeriodSeconds`: what was asked for; below zero it means one second. */
export function deletionStep(
  resource: ResourceDefinition,
  object: KubeObject,
  gracePeriodSeconds: number | undefined,
  now: number,
): DeletionStep {
  const wanted = gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds
  const hasFinalizers = (object.metadata.finalizers ?? []).length > 0
  const graceful = resource.graceSeconds ? gracefully(resource, object, wanted, now) : undefined
  if (graceful === 'pending') return { kind: 'pending' }
  if (graceful) {
    const { deletionGracePeriodSeconds = 0 } = graceful.metadata
    return { kind: 'marked', object: graceful, isHeld: hasFinalizers || deletionGracePeriodSeconds > 0 }
  }
  if (!hasFinalizers) return { kind: 'immediate' }
  const { deletionTimestamp } = object.metadata
  if (deletionTimestamp === undefined) return { kind: 'marked', object: begun(object, now, 0), isHeld: true }
  const isAhead = Date.parse(deletionTimestamp) > now
  return {
    kind: 'marked',
    object: withDeletion(object, isAhead ? now : Date.parse(deletionTimestamp), 0),
    isHeld: true,
  }
}

/** The object with its time to live; undefined when it has none left, or never has any. */
function gracefully(
  resource: ResourceDefinition,
  object: KubeObject,
  wanted: number | undefined,
  now: number,
): KubeObject | 'pending' | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds: before } = object.metadata
  if (deletionTimestamp === undefined) {
    return begun(object, now, resource.graceSeconds?.(object, { gracePeriodSeconds: wanted }) ?? 0)
  }
  if (!before) return undefined
  if (wanted === undefined || wanted >= before) return 'pending'
  const end = Date.parse(deletionTimestamp) + (wanted - before) * 1000
  // Nothing ends before now; what has a grace period left is ended by who runs it.
  if (end < now) return withDeletion(object, now, wanted === 0 ? 0 : 1)
  return withDeletion(object, end, wanted)
}

/** The first deletion is a change of what is wanted: a new generation. */
function begun(object: KubeObject, now: number, graceSeconds: number): KubeObject {
  const { generation = 0 } = object.metadata
  const marked = withDeletion(object, now + graceSeconds * 1000, graceSeconds)
  return generation === 0 ? marked : { ...marked, metadata: { ...marked.metadata, generation: generation + 1 } }
}

function withDeletion(object: KubeObject, endsAt: number, graceSeconds: number): KubeObject {
  const deletion = { deletionTimestamp: apiTime(endsAt), deletionGracePeriodSeconds: graceSeconds }
  return { ...object, metadata: { ...object.metadata, ...deletion } }
}
