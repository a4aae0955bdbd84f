import { nearestNameHint } from '../nearest-name.ts'
import type { Problem } from '../problem.ts'
import { type PodFieldProblem, type PodPath, podFieldProblems, podPathText } from './check-pod.ts'
import { ELEMENT_ORDER, listOfDirective, PATCH_DIRECTIVE, PRIMITIVE_DELETION, RETAIN_KEYS } from './patch-directives.ts'
import { isPlainObject } from './plain-object.ts'
import { fieldsOfPodType, type PodFieldType } from './pod-schema.ts'

/**
 * All that is wrong with a strategic merge patch of a pod: directives that cannot be carried out, items of merged lists
 * without their key, and what is wrong with its fields as with any pod's.
 *
 * @param strict false: unknown fields and wrong types are let pass, as in Airflow; directives never are. @default true
 */
export function podPatchProblems(patch: unknown, { strict = true } = {}): readonly PodFieldProblem[] {
  if (!isPlainObject(patch)) return [{ place: [], message: 'must be an object: a strategic merge patch of a pod' }]
  return [...(strict ? podFieldProblems(plain(patch)) : []), ...checkObject(patch, 'Pod', [])]
}

/**
 * As {@link podPatchProblems}, ready to be shown.
 *
 * @param root stands before each path: `podPatch` gives `podPatch.spec.containers[0].$patch`
 */
export function checkPodPatch(patch: unknown, root = '', options?: { readonly strict?: boolean }): readonly Problem[] {
  return podPatchProblems(patch, options).map(({ place, ...said }) => ({
    file: null,
    path: podPathText(place, root) || null,
    ...said,
  }))
}

/** The patch without its directives, everything else in its place. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isPlainObject(value)) return value
  const members = Object.entries(value).filter(([key]) => !key.startsWith('$'))
  return Object.fromEntries(members.map(([key, member]) => [key, plain(member)]))
}

/** @param type of the object; undefined: a map */
function* checkObject(
  object: Record<string, unknown>,
  type: string | undefined,
  place: PodPath,
): Generator<PodFieldProblem> {
  const fields = type === undefined ? undefined : fieldsOfPodType(type)
  for (const [key, value] of Object.entries(object)) {
    const here = [...place, key]
    const sorted = listOfDirective(key, ELEMENT_ORDER)
    const shrunk = listOfDirective(key, PRIMITIVE_DELETION)
    if (key === PATCH_DIRECTIVE) yield* checkDirective(value, here)
    else if (key === RETAIN_KEYS) yield* checkRetained(value, object, here)
    else if (sorted !== null) yield* checkOrder(value, object[sorted], fields?.get(sorted), here)
    else if (shrunk !== null) yield* checkDeletion(value, fields?.get(shrunk), here)
    else if (key.startsWith('$')) yield { place: here, message: 'unknown directive', ...nearestNameHint(key, KNOWN) }
    else yield* checkValue(value, fields?.get(key), here)
  }
}

const KNOWN = [PATCH_DIRECTIVE, RETAIN_KEYS, `${ELEMENT_ORDER}LIST`, `${PRIMITIVE_DELETION}LIST`]

function* checkValue(value: unknown, type: PodFieldType | undefined, place: PodPath): Generator<PodFieldProblem> {
  if (isPlainObject(value)) yield* checkObject(value, type?.shape === 'one' ? type.name : undefined, place)
  if (!Array.isArray(value)) return
  for (const [index, item] of value.entries()) {
    if (isPlainObject(item)) yield* checkItem(item, type, [...place, index])
  }
}

function* checkItem(
  item: Record<string, unknown>,
  type: PodFieldType | undefined,
  place: PodPath,
): Generator<PodFieldProblem> {
  const mergeKey = type?.isMerged ? type.mergeKey : undefined
  const directive = item[PATCH_DIRECTIVE]
  if (directive !== undefined && type !== undefined && mergeKey === undefined) {
    yield {
      place: [...place, PATCH_DIRECTIVE],
      message: 'this list is not merged: the patch takes its place as a whole',
    }
  } else if (directive === 'replace') {
    if (Object.keys(item).length > 1) {
      const hint = 'write the new items beside it in the list'
      yield { place, message: '$patch: replace must stand in an item of its own', hint }
    }
  } else if (mergeKey !== undefined && (item[mergeKey] === undefined || item[mergeKey] === null)) {
    yield { place, message: `has no ${mergeKey}, by which the items of this list are told apart` }
  }
  yield* checkObject(item, type?.name, place)
}

function* checkDirective(value: unknown, place: PodPath): Generator<PodFieldProblem> {
  if (value === 'replace' || value === 'delete') return
  yield { place, message: `must be replace or delete, not ${JSON.stringify(value)}` }
}

function* checkRetained(value: unknown, object: Record<string, unknown>, place: PodPath): Generator<PodFieldProblem> {
  if (!Array.isArray(value)) return yield { place, message: 'must be a list of field names' }
  for (const [key, member] of Object.entries(object)) {
    if (key.startsWith('$') || member === null || value.includes(key)) continue
    yield { place, message: `does not name ${key}, which the patch sets`, hint: `add ${key}` }
  }
}

/** What the patch says of the items must come in the order that it asks for. Kubernetes: `validatePatchWithSetOrderList`. */
function* checkOrder(
  value: unknown,
  list: unknown,
  type: PodFieldType | undefined,
  place: PodPath,
): Generator<PodFieldProblem> {
  if (!type?.isMerged) return yield notMerged(place)
  if (!Array.isArray(value)) return yield { place, message: 'must be a list' }
  const { mergeKey } = type
  const keyOf = (item: unknown) => (mergeKey !== undefined && isPlainObject(item) ? item[mergeKey] : item)
  if (mergeKey !== undefined && !value.every((item) => isPlainObject(item) && item[mergeKey] !== undefined)) {
    return yield { place, message: `must be a list of objects with ${mergeKey}` }
  }
  if (!Array.isArray(list) || value.length === 0) return
  const patched = list.filter((item) => !isPlainObject(item) || item[PATCH_DIRECTIVE] === undefined).map(keyOf)
  const places = patched.map((key) => value.map(keyOf).indexOf(key))
  if (places.every((at, index) => at >= 0 && at > (places[index - 1] ?? -1))) return
  yield { place, message: 'must name the items that the patch has, in their order' }
}

function* checkDeletion(value: unknown, type: PodFieldType | undefined, place: PodPath): Generator<PodFieldProblem> {
  if (!type?.isMerged) return yield notMerged(place)
  if (type.mergeKey !== undefined) {
    const hint = `write { ${type.mergeKey}: …, $patch: delete } in the list`
    return yield { place, message: 'is for lists of plain values', hint }
  }
  if (!Array.isArray(value)) yield { place, message: 'must be a list' }
}

function notMerged(place: PodPath): PodFieldProblem {
  return { place, message: 'names no list that patches are merged into' }
}
