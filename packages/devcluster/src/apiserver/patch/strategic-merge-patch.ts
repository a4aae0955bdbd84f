import type { ApiField, ApiStruct, ApiType, ApiTypes } from '../schema/api-type.ts'

type Fields = Record<string, unknown>

/** A strategic merge patch that cannot be applied; the message is Kubernetes' own. */
export class StrategicPatchError extends Error {
  override readonly name = 'StrategicPatchError'
  /** The patch is of another type than the object, which is the client's mistake; otherwise Kubernetes answers 500. */
  readonly isTypeMismatch: boolean

  constructor(message: string, isTypeMismatch = false) {
    super(message)
    this.isTypeMismatch = isTypeMismatch
  }
}

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/'
const SET_ORDER = '$setElementOrder/'

/**
 * Applies a strategic merge patch (apimachinery: strategicpatch): lists whose items have a key are merged by it, with the
 * directives `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList`.
 *
 * @throws {StrategicPatchError}
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
    const directive = patch[DIRECTIVE]
    if (directive === 'replace') return withoutDirectives(patch)
    if (directive === 'delete') return {}
    if (directive !== undefined) throw unknownDirective(directive, patch)
    const merged = retained({ ...target }, patch[RETAIN_KEYS])
    for (const [key, value] of Object.entries(patch)) {
      if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(SET_ORDER)) continue
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
      set(merged, key, this.#value(field, field?.type ?? valueType, merged[key], value, patch))
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

  #value(
    field: ApiField | undefined,
    declared: ApiType | undefined,
    current: unknown,
    value: unknown,
    patch: Fields,
  ): unknown {
    const type = declared?.kind === 'pointer' ? declared.to : declared
    if (type?.kind === 'list' && field?.patchStrategies.includes('merge')) {
      if (!Array.isArray(value)) throw mismatch(value, 'slice', patch)
      return this.#list(field, type.of, Array.isArray(current) ? current : [], value)
    }
    if (!isObject(value)) return value
    const struct = type?.kind === 'struct' ? this.#types.struct(type.name) : undefined
    const valueType = type?.kind === 'map' ? type.of : undefined
    if (field?.patchStrategies.includes('replace')) return withoutDirectives(value)
    return this.object(struct, isObject(current) ? current : {}, value, valueType)
  }

  #list(field: ApiField, type: ApiType, current: readonly unknown[], patch: readonly unknown[]): unknown[] {
    const { mergeKey } = field
    if (mergeKey === undefined) {
      return [...current, ...patch.filter((item) => !current.some((existing) => existing === item))]
    }
    const items = patch.map((item) => {
      if (!isObject(item)) throw new StrategicPatchError(`list element is not a map: ${shown(item)}`)
      return item
    })
    if (items.some((item) => item[DIRECTIVE] === 'replace' && !(mergeKey in item))) {
      return items.filter((item) => item[DIRECTIVE] !== 'replace').map(withoutDirectives)
    }
    const struct = type.kind === 'struct' ? this.#types.struct(type.name) : undefined
    let merged = [...current]
    for (const item of items) {
      if (!(mergeKey in item)) {
        throw new StrategicPatchError(`map: ${shown(item)} does not contain declared merge key: ${mergeKey}`)
      }
      const directive = item[DIRECTIVE]
      if (directive === 'merge') throw new StrategicPatchError('merging lists cannot yet be specified in the patch')
      if (directive !== undefined && directive !== 'delete' && directive !== 'replace') {
        throw unknownDirective(directive, item)
      }
      const at = merged.findIndex((existing) => isObject(existing) && existing[mergeKey] === item[mergeKey])
      if (directive === 'delete') {
        merged = merged.filter((existing) => !isObject(existing) || existing[mergeKey] !== item[mergeKey])
      } else if (at < 0) {
        merged.push(this.object(struct, {}, item))
      } else {
        merged[at] = this.object(struct, merged[at] as Fields, item)
      }
    }
    return merged
  }
}

/** Keeps what the directive names, so that of a union's members only the new one is left. */
function retained(target: Fields, keys: unknown): Fields {
  if (!Array.isArray(keys)) return target
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

/** An order that a patch names must hold for the patch itself. */
function checkOrder(patch: unknown, order: unknown, mergeKey: string | undefined): void {
  if (!Array.isArray(patch) || !Array.isArray(order) || order.length === 0) return
  const keyOf = keyBy(mergeKey)
  const left = patch.filter((item) => !isObject(item) || !(DIRECTIVE in item)).map(keyOf)
  for (const key of order.map(keyOf)) if (key === left[0]) left.shift()
  if (left.length === 0) return
  throw new StrategicPatchError(
    `The order in patch list:\n${shown(patch)}\n doesn't match $setElementOrder list:\n${shown(order)}\n`,
  )
}

function keyBy(mergeKey: string | undefined): (item: unknown) => unknown {
  return (item) => (mergeKey !== undefined && isObject(item) ? item[mergeKey] : item)
}

function withoutDirectives(value: Fields): Fields {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('$')))
}

function set(target: Fields, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

function unknownDirective(directive: unknown, map: Fields): StrategicPatchError {
  return new StrategicPatchError(`unknown patch type: ${String(directive)} in map: ${shown(map)}`)
}

function mismatch(value: unknown, wanted: string, _patch: Fields): StrategicPatchError {
  return new StrategicPatchError(
    `cannot restore ${wanted} from ${typeof value === 'object' ? 'map' : typeof value}`,
    true,
  )
}

/** As Go prints maps: `map[name:base]`. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`
  if (!isObject(value)) return String(value)
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${shown(value[key])}`)
    .join(' ')}]`
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
