import type { JsonValue } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'

/** A part of a value that JSON cannot carry. */
export interface NotJson {
  readonly path: DocumentPath
  /** Lower case: what it is. */
  readonly message: string
}

/**
 * The value as JSON, and every part that would be lost on the way. As `JSON.stringify`, undefined properties are left out
 * and `toJSON` is obeyed (a Date becomes its text); unlike it, nothing is dropped or emptied in silence: functions, symbols,
 * bigints, NaN, holes, maps, sets, errors, buffers without `toJSON` and cycles are reported, with null in their place.
 */
export function toJson(
  value: unknown,
  path: DocumentPath = [],
): { readonly json: JsonValue; readonly lost: readonly NotJson[] } {
  const lost: NotJson[] = []
  return { json: convert(value, path, lost, []), lost }
}

function convert(value: unknown, path: DocumentPath, lost: NotJson[], parents: readonly object[]): JsonValue {
  const refuse = (message: string): null => {
    lost.push({ path, message })
    return null
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : refuse(`the number ${value} is no JSON`)
    case 'undefined':
      return refuse('undefined is no JSON: use null')
    case 'object':
      break
    default:
      return refuse(`a ${typeof value} is no JSON`)
  }
  if (value === null) return null
  if (parents.includes(value)) return refuse('the object contains itself')
  const within = [...parents, value]
  if (Array.isArray(value)) {
    return Array.from(value, (item, index) => convert(item, [...path, index], lost, within))
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    if (value instanceof Date && Number.isNaN(value.getTime())) return refuse('the date is invalid')
    return convert(value.toJSON(), path, lost, within)
  }
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  if (kind !== 'Object') return refuse(`${article(kind)} is no JSON`)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, convert(item, [...path, key], lost, within)]),
  )
}

function article(kind: string): string {
  return `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`
}
