import type { JsonValue } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import type { Findings } from './finding.ts'
import { nameHint } from './nearest-name.ts'

/** Reads one field: its value, or undefined after reporting why not. */
export type FieldCheck<T> = (value: JsonValue, path: DocumentPath, found: Findings) => T | undefined

/** How a value is called in messages: `the number 5`, `a list`. */
export function nameOfJson(value: JsonValue): string {
  if (value === null) return 'null'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object'
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`
  return `the ${typeof value} ${value}`
}

export const text: FieldCheck<string> = (value, path, found) => {
  if (typeof value === 'string') return value
  const quotable = typeof value === 'number' || typeof value === 'boolean'
  found.problem(path, `must be text, not ${nameOfJson(value)}`, quotable ? `put it in quotes: "${value}"` : undefined)
  return undefined
}

export const flag: FieldCheck<boolean> = (value, path, found) => {
  if (typeof value === 'boolean') return value
  found.problem(path, `must be true or false, not ${nameOfJson(value)}`)
  return undefined
}

/** A number of at least `least`, or above it. */
export function number(rule: {
  readonly least?: number
  readonly above?: number
  readonly whole?: boolean
}): FieldCheck<number> {
  const wanted = rule.whole ? 'a whole number' : 'a number'
  return (value, path, found) => {
    if (typeof value !== 'number' || (rule.whole && !Number.isSafeInteger(value))) {
      found.problem(path, `must be ${wanted}, not ${nameOfJson(value)}`)
    } else if (rule.least !== undefined && value < rule.least) {
      found.problem(path, `must be at least ${rule.least}, not ${value}`)
    } else if (rule.above !== undefined && value <= rule.above) {
      found.problem(path, `must be more than ${rule.above}, not ${value}`)
    } else {
      return value
    }
    return undefined
  }
}

export function oneOf<T extends string>(names: readonly T[], kind: string): FieldCheck<T> {
  return (value, path, found) => {
    const known = names.find((name) => name === value)
    if (known === undefined) {
      const hint = typeof value === 'string' ? nameHint(value, names, kind) : `${kind}: ${names.join(', ')}`
      found.problem(path, `must be one of the ${kind}, not ${nameOfJson(value)}`, hint)
    }
    return known
  }
}

/** @param hint how to write the list, when a single value stands in its place. */
export function listOf<T>(item: FieldCheck<T>, hint?: (value: JsonValue) => string): FieldCheck<readonly T[]> {
  return (value, path, found) => {
    if (!Array.isArray(value)) {
      found.problem(path, `must be a list, not ${nameOfJson(value)}`, (hint ?? asList)(value))
      return undefined
    }
    const items = value.map((entry: JsonValue, index) => item(entry, [...path, index], found))
    return items.every((entry) => entry !== undefined) ? items : undefined
  }
}

function asList(value: JsonValue): string {
  return `write ${JSON.stringify([value])}`
}

/** An object with names of the author's choice. */
export function recordOf<T>(
  item: FieldCheck<T>,
  checkName?: (name: string, path: DocumentPath, found: Findings) => void,
): FieldCheck<Readonly<Record<string, T>>> {
  return (value, path, found) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      found.problem(path, `must be an object, not ${nameOfJson(value)}`)
      return undefined
    }
    const entries: [string, T][] = []
    for (const [name, entry] of Object.entries(value)) {
      checkName?.(name, [...path, name], found)
      const checked = item(entry, [...path, name], found)
      if (checked !== undefined) entries.push([name, checked])
    }
    return Object.fromEntries(entries)
  }
}

export const anything: FieldCheck<JsonValue> = (value) => value
