import type { ApiField, ApiStruct, ApiType, ApiTypes } from '../schema/api-type.ts'
import { isRecord } from '../schema/is-record.ts'

type Fields = Record<string, unknown>

/** A strategic merge patch that cannot be applied, which Kubernetes answers with 500; the message is its own. */
export class StrategicPatchError extends Error {
  override readonly name = 'StrategicPatchError'
}

/** One whose directives are not of the form that they must have, which Kubernetes answers with 400. */
export class StrategicFormatError extends Error {
  override readonly name = 'StrategicFormatError'
}

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/'
const SET_ORDER = '$setElementOrder/'

/**
 * Applies a strategic merge patch (apimachinery: strategicpatch): lists whose items have a key are merged by it, with the
 * directives `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList`.
 *
 * @throws {StrategicPatchError} {@link StrategicFormatError}
 */
export function applyStrategicMergePatch(types: ApiTypes, typeName: string, target: Fields, patch: Fields): Fields {
  return new Merger(types).object(types.struct(typeName), target, patch)
}

class Merger {
  readonly #types: ApiTypes

  constructor(types: ApiTypes) {
    this.#types = types
  }

  /** `struct` is undefined for maps and for what the schema does not know: merged by key, lists replaced. */
  object(struct: ApiStruct | undefined, target: Fields, patch: Fields, valueType?: ApiType): Fields {
    const { [DIRECTIVE]: directive, ...content } = patch
    if (directive === 'replace') return content
    if (directive === 'delete') return {}
    if (directive !== undefined) throw unknownDirective(directive, patch)
    const merged = retained({ ...target }, patch[RETAIN_KEYS])
    if (struct) checkOrderedFields(struct, patch)
    for (const [key, value] of Object.entries(patch)) {
      if (key === RETAIN_KEYS || key.startsWith(SET_ORDER)) continue
      if (key.startsWith(DELETE_FROM_LIST)) {
        const field = key.slice(DELETE_FROM_LIST.length)
        merged[field] = without(merged[field], value)
        continue
      }
      if (value === null) {
        delete merged[key]
        continue
      }
      const field = struct?.byName.get(key)
      const result = this.#value(field, field?.type ?? valueType, merged[key], value)
      if (result === undefined) delete merged[key]
      else set(merged, key, result)
    }
    for (const field of struct?.fields ?? []) {
      const wanted = patch[SET_ORDER + field.name]
      if (wanted !== undefined) checkOrder(patch[field.name], wanted, field.mergeKey)
      const order = wanted ?? patch[field.name]
      const list = merged[field.name]
      if (!field.patchStrategies.includes('merge') || !Array.isArray(order) || !Array.isArray(list)) continue
      const before = target[field.name]
      merged[field.name] = ordered(list, order, Array.isArray(before) ? before : [], field.mergeKey)
    }
    return merged
  }

  /** Undefined where the patch is a directive that has nothing to work on. */
  #value(field: ApiField | undefined, declared: ApiType | undefined, current: unknown, value: unknown): unknown {
    const type = declared?.kind === 'pointer' ? declared.to : declared
    if (Array.isArray(current) && Array.isArray(value)) {
      if (type?.kind !== 'list' || !field?.patchStrategies.includes('merge')) return value
      return this.#list(field, type.of, current, value)
    }
    if (!isRecord(current) || !isRecord(value)) return taken(value)
    if (field?.patchStrategies.includes('replace')) return value
    const struct = type?.kind === 'struct' ? this.#types.struct(type.name) : undefined
    return this.object(struct, current, value, type?.kind === 'map' ? type.of : undefined)
  }

  #list(field: ApiField, type: ApiType, current: readonly unknown[], patch: readonly unknown[]): unknown[] {
    const { mergeKey } = field
    const all = [...current, ...patch]
    if (all.some((item) => goKind(item) !== goKind(all[0]))) {
      throw new StrategicPatchError(`list element types are not identical: ${shown([current, patch])}`)
    }
    if (mergeKey === undefined || !all.every(isRecord)) return [...new Set(all)]
    let merged: Fields[] = current.filter(isRecord)
    const items: Fields[] = []
    let replaces = false
    for (const item of patch.filter(isRecord)) {
      const directive = item[DIRECTIVE]
      if (directive === undefined) items.push(item)
      else if (directive === 'replace') replaces = true
      else if (directive === 'merge')
        throw new StrategicPatchError('merging lists cannot yet be specified in the patch')
      else if (directive !== 'delete') throw unknownDirective(directive, item)
      else merged = merged.filter((existing) => existing[mergeKey] !== keyOfItem(item, mergeKey))
    }
    if (replaces) return items
    const struct = type.kind === 'struct' ? this.#types.struct(type.name) : undefined
    for (const item of items) {
      const key = keyOfItem(item, mergeKey)
      const at = merged.findIndex((existing) => existing[mergeKey] === key)
      const existing = merged[at]
      if (existing === undefined) merged.push(item)
      else merged[at] = this.object(struct, existing, item)
    }
    return merged
  }
}

/** What is patched in where nothing of its kind was: without nulls and directives (apimachinery: removeDirectives). */
function taken(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => (item === null ? null : taken(item))).filter((item) => item !== undefined)
  }
  if (!isRecord(value)) return value
  if (DIRECTIVE in value) return undefined
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== null)
      .map(([key, part]) => [key, taken(part)] as const)
      .filter(([, part]) => part !== undefined),
  )
}

/** What Go holds JSON in, as far as lists tell them apart. */
function goKind(value: unknown): string {
  return Array.isArray(value) ? 'slice' : value === null ? 'nil' : typeof value
}

function keyOfItem(item: Fields, mergeKey: string): unknown {
  if (mergeKey in item) return item[mergeKey]
  throw new StrategicPatchError(`map: ${shown(item)} does not contain declared merge key: ${mergeKey}`)
}

/** Keeps what the directive names, so that of a union's members only the new one is left. */
function retained(target: Fields, keys: unknown): Fields {
  if (keys === undefined) return target
  if (!Array.isArray(keys)) throw new StrategicFormatError('invalid patch format of retainKeys')
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)))
}

function without(list: unknown, removed: unknown): unknown {
  if (!Array.isArray(list) || !Array.isArray(removed)) return list
  return list.filter((item) => !removed.includes(item))
}

/**
 * The items that the patch names in its order; the others, in their old order, each in front of what was behind it (apimachinery:
 * mergeSortedSlice). So what is new comes first.
 */
function ordered(
  list: readonly unknown[],
  order: readonly unknown[],
  before: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const keyOf = keyBy(mergeKey)
  const wanted = order.map(keyOf)
  const placeBefore = (item: unknown) => before.findIndex((other) => keyOf(other) === keyOf(item))
  const named = list
    .filter((item) => wanted.includes(keyOf(item)))
    .sort((a, b) => wanted.indexOf(keyOf(a)) - wanted.indexOf(keyOf(b)))
  const result: unknown[] = []
  for (const other of list.filter((item) => !wanted.includes(keyOf(item)))) {
    while (named.length > 0 && !(placeBefore(named[0]) >= 0 && placeBefore(other) < placeBefore(named[0]))) {
      result.push(named.shift())
    }
    result.push(other)
  }
  return [...result, ...named]
}

/** What is to be put in order must be there, and what it is ordered by must have the key. */
function checkOrderedFields(struct: ApiStruct, patch: Fields): void {
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(SET_ORDER)) continue
    const name = directive.slice(SET_ORDER.length)
    const field = struct.byName.get(name)
    if (!field) {
      throw new StrategicPatchError(
        `unable to find api field in struct ${struct.goName} for the json field ${JSON.stringify(name)}`,
      )
    }
    if (!Array.isArray(order)) {
      if (order === null) continue
      throw new StrategicPatchError(`expected a []interface {}, but received a ${goTypeOf(order)}`)
    }
    const { mergeKey } = field
    if (mergeKey === undefined) continue
    for (const [index, item] of order.entries()) {
      if (!isRecord(item)) throw new StrategicPatchError(`value for key ${index} is not a map`)
      keyOfItem(item, mergeKey)
    }
  }
}

function goTypeOf(value: unknown): string {
  if (isRecord(value)) return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** An order that a patch names must hold for the patch itself. */
function checkOrder(patch: unknown, order: unknown, mergeKey: string | undefined): void {
  if (!Array.isArray(patch) || !Array.isArray(order) || order.length === 0) return
  const keyOf = keyBy(mergeKey)
  const left = patch.filter((item) => !isRecord(item) || !(DIRECTIVE in item)).map(keyOf)
  for (const key of order.map(keyOf)) if (key === left[0]) left.shift()
  if (left.length === 0) return
  throw new StrategicPatchError(
    `The order in patch list:\n${shown(patch)}\n doesn't match $setElementOrder list:\n${shown(order)}\n`,
  )
}

function keyBy(mergeKey: string | undefined): (item: unknown) => unknown {
  return (item) => (mergeKey !== undefined && isRecord(item) ? item[mergeKey] : item)
}

function set(target: Fields, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

function unknownDirective(directive: unknown, map: Fields): StrategicPatchError {
  return new StrategicPatchError(`unknown patch type: ${String(directive)} in map: ${shown(map)}`)
}

/** As Go prints maps: `map[name:base]`. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`
  if (value === null) return '<nil>'
  if (!isRecord(value)) return String(value)
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${shown(value[key])}`)
    .join(' ')}]`
}
