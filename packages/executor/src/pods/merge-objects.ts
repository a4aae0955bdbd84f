import { ArgumentError } from '../errors.ts'
import { clonePlain, isEmpty, isPlainObject } from './plain-object.ts'
import { isOfOnePodType } from './pod-schema.ts'

/**
 * One level of merging; what lies deeper is taken whole from one side. An empty side loses to the other. Between two
 * *maps* (labels, annotations, a node selector) the client's keys win, `""` and null too. Between two *typed* objects the
 * client's fields win, but for the empty ones ({@link isEmpty}), which lose to what the base has. Airflow: `merge_objects`.
 *
 * Plain JSON does not say which of the two it is: without `kind`, objects whose fields all fit one type of a pod's count
 * as typed, and others as maps.
 */
export function mergeObjects<B, C>(base: B, client: C, kind?: 'map' | 'typed'): B | C {
  if (isEmpty(base)) return clonePlain(client)
  if (isEmpty(client)) return clonePlain(base)
  if (!isPlainObject(base) || !isPlainObject(client)) return clonePlain(client)
  if ((kind ?? (isOfOnePodType(base, client) ? 'typed' : 'map')) === 'map') {
    return { ...clonePlain(base), ...clonePlain(client) }
  }
  const kept = Object.entries(base).filter(
    ([name, value]) => value !== undefined && value !== null && isEmpty(member(client, name)),
  )
  return { ...clonePlain(client), ...clonePlain(Object.fromEntries(kept)) } as B & C
}

/**
 * A copy of the client with `field` as the base's items and then the client's, without any merging by name.
 * Airflow: `extend_object_field`.
 *
 * @throws {ArgumentError} `ARGUMENT_INVALID`: the field is no list on one side.
 */
export function extendObjectField<C extends object>(base: object | null | undefined, client: C, field: string): C {
  return joinLists(base, client, field, (ours, theirs) => [...ours, ...theirs])
}

/** As {@link extendObjectField}, with a join of the caller's for the case that both sides have items. */
export function joinLists<C extends object>(
  base: object | null | undefined,
  client: C,
  field: string,
  join: (base: readonly unknown[], client: readonly unknown[]) => readonly unknown[],
): C {
  const ours = listOf(base ?? {}, field, 'base')
  const theirs = listOf(client, field, 'client')
  const result = clonePlain(client)
  if (ours.length === 0) return result
  const joined = theirs.length === 0 ? ours : join(ours, theirs)
  return { ...result, [field]: clonePlain(joined) }
}

function listOf(object: object, field: string, side: string): readonly unknown[] {
  const value = member(object, field)
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw new ArgumentError(`${field}: must be a list, and the ${side}'s is ${JSON.stringify(value)}`)
}

function member(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
}
