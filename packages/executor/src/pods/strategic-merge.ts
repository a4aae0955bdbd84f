import type { Pod } from '../kube/types.ts'
import { ELEMENT_ORDER, listOfDirective, PATCH_DIRECTIVE, PRIMITIVE_DELETION, RETAIN_KEYS } from './patch-directives.ts'
import { clonePlain, isPlainObject } from './plain-object.ts'
import { fieldsOfPodType, type PodFieldType } from './pod-schema.ts'

type Json = Record<string, unknown>

/**
 * The pod as a strategic merge patch makes it: what `kubectl patch --type=strategic` does, with Kubernetes' merge keys.
 * Null takes a field away; false, 0 and `""` are values. `$patch: replace` and `$patch: delete` work on objects and on
 * items of merged lists, beside `$retainKeys`, `$setElementOrder/LIST` and `$deleteFromPrimitiveList/LIST`. In a merged
 * list what is new comes first, as in Kubernetes. Neither input is changed or shared.
 *
 * The patch must be one that `podPatchProblems` finds nothing wrong with.
 */
export function strategicMerge(pod: Pod, patch: object): Pod {
  return mergeObject('Pod', clonePlain(pod) as Json, clonePlain(patch) as Json) as Pod
}

/** @param type a type of a pod's; undefined: a map, whose values are merged by their keys */
function mergeObject(type: string | undefined, original: Json, patch: Json): Json {
  const { [PATCH_DIRECTIVE]: directive, [RETAIN_KEYS]: retained, ...changes } = patch
  if (directive === 'delete') return {}
  if (directive === 'replace') return changes
  const fields = type === undefined ? undefined : fieldsOfPodType(type)
  const kept = Array.isArray(retained) ? ([key]: [string, unknown]) => retained.includes(key) : () => true
  const merged = new Map(Object.entries(original).filter(kept))
  const values = Object.entries(changes).filter(([key]) => !isListDirective(key))
  for (const [key, value] of values) {
    const result = value === null ? undefined : mergeValue(fields?.get(key), merged.get(key), value)
    if (result === undefined) merged.delete(key)
    else merged.set(key, result)
  }
  for (const [key, directed] of Object.entries(changes)) {
    const shrunk = listOfDirective(key, PRIMITIVE_DELETION)
    if (shrunk !== null) deleteFrom(merged, shrunk, directed)
    const sorted = listOfDirective(key, ELEMENT_ORDER)
    const list = sorted === null ? undefined : merged.get(sorted)
    if (sorted === null || !Array.isArray(list) || !Array.isArray(directed)) continue
    merged.set(sorted, inOrder(list, directed, listIn(original, sorted), fields?.get(sorted)?.mergeKey))
  }
  return Object.fromEntries(merged)
}

/** Undefined: a directive that has nothing to work on. */
function mergeValue(type: PodFieldType | undefined, original: unknown, value: unknown): unknown {
  if (Array.isArray(original) && Array.isArray(value)) {
    return type?.isMerged ? mergeList(type, original, value) : value
  }
  if (isPlainObject(original) && isPlainObject(value)) {
    return mergeObject(type?.shape === 'one' ? type.name : undefined, original, value)
  }
  return withoutDirectives(value)
}

function mergeList({ name, mergeKey }: PodFieldType, original: readonly unknown[], patch: readonly unknown[]): unknown {
  if (mergeKey === undefined) {
    const both = [...new Set([...original, ...patch])]
    return inOrder(both, patch, original, undefined)
  }
  const keyOf = keyBy(mergeKey)
  const directed = (directive: string) => patch.filter((item) => directiveOf(item) === directive)
  const items = patch.filter((item) => directiveOf(item) === undefined)
  if (directed('replace').length > 0) return items
  const deleted = directed('delete').map(keyOf)
  const left = original.filter((item) => !deleted.includes(keyOf(item)))
  const merged = [...left]
  for (const item of items) {
    const place = merged.findIndex((other) => keyOf(other) === keyOf(item))
    if (place < 0) merged.push(withoutDirectives(item, { replaced: true }))
    else merged[place] = mergeObject(name, merged[place] as Json, item as Json)
  }
  return inOrder(merged, items, left, mergeKey)
}

/**
 * The items that are named in the order in which they are named; each other one, in its old order, stays in front of the
 * named ones that it was in front of. What was not there before has no such place, and so comes first.
 * Kubernetes: `normalizeElementOrder`.
 */
function inOrder(
  list: readonly unknown[],
  order: readonly unknown[],
  before: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const keyOf = keyBy(mergeKey)
  const names = order.map(keyOf)
  const placesBefore = before.map(keyOf)
  const placeOf = (item: unknown) => placesBefore.indexOf(keyOf(item))
  const isInFront = (a: unknown, b: unknown) => placeOf(a) >= 0 && placeOf(a) < placeOf(b)
  const others = list.filter((item) => !names.includes(keyOf(item)))
  const named = list
    .filter((item) => names.includes(keyOf(item)))
    .sort((a, b) => names.indexOf(keyOf(a)) - names.indexOf(keyOf(b)))
  const result: unknown[] = []
  for (const item of named) {
    while (others.length > 0 && isInFront(others[0], item)) result.push(others.shift())
    result.push(item)
  }
  return [...result, ...others]
}

function deleteFrom(merged: Map<string, unknown>, field: string, gone: unknown): void {
  const list = merged.get(field)
  if (!Array.isArray(list) || !Array.isArray(gone)) return
  merged.set(
    field,
    list.filter((item) => !gone.includes(item)),
  )
}

/**
 * A patch's value where the pod has nothing of its kind: nulls and directives say nothing there, and Kubernetes drops an
 * object that has one. Within a new item of a list it leaves them where they are, as fields that no pod has; `replaced`
 * takes them for what they mean.
 */
function withoutDirectives(value: unknown, { replaced = false } = {}): unknown {
  const left = (part: unknown) => withoutDirectives(part, { replaced })
  if (Array.isArray(value)) {
    const items = replaced ? value.filter((item) => directiveOf(item) === undefined) : value
    return items.map(left).filter((item) => item !== undefined)
  }
  if (!isPlainObject(value)) return value
  const directive = directiveOf(value)
  if (directive !== undefined && !(replaced && directive === 'replace')) return undefined
  const members = Object.entries(value).flatMap(([key, member]) => {
    const isDropped = member === null || key === PATCH_DIRECTIVE || key === RETAIN_KEYS || isListDirective(key)
    const kept = isDropped ? undefined : left(member)
    return kept === undefined ? [] : [[key, kept] as const]
  })
  return Object.fromEntries(members)
}

function directiveOf(item: unknown): unknown {
  return isPlainObject(item) ? item[PATCH_DIRECTIVE] : undefined
}

function isListDirective(key: string): boolean {
  return listOfDirective(key, ELEMENT_ORDER) !== null || listOfDirective(key, PRIMITIVE_DELETION) !== null
}

function keyBy(mergeKey: string | undefined): (item: unknown) => unknown {
  return (item) => (mergeKey !== undefined && isPlainObject(item) ? item[mergeKey] : item)
}

function listIn(object: Json, field: string): readonly unknown[] {
  const value = object[field]
  return Array.isArray(value) ? value : []
}
