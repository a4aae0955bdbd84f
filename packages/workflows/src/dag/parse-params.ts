import type { DagSpec, JsonValue } from './dag-spec.ts'
import { nameOfJson } from './field-checks.ts'
import { nameHint } from './nearest-name.ts'
import type { Problem } from './problem.ts'

/** The params of a run: the defaults, with the values that were given; and what is wrong with what was given. */
export interface ParsedParams {
  readonly params: Readonly<Record<string, JsonValue>>
  readonly problems: readonly Problem[]
}

/**
 * Reads `--param k=v` values by the type of each param's default: text is taken as it is, a number, a boolean, a list or
 * an object must be written as JSON has them, and where the default is null anything goes: JSON, or else text. Of a name
 * given twice the last counts.
 */
export function parseParams(spec: DagSpec, given: readonly string[]): ParsedParams {
  const problems: Problem[] = []
  const values = new Map(Object.entries(spec.params))
  for (const pair of given) {
    const report = (message: string, hint: string) => problems.push({ file: null, path: '--param', message, hint })
    const split = pair.indexOf('=')
    const name = split === -1 ? pair : pair.slice(0, split)
    if (split < 1) {
      report(`${JSON.stringify(pair)} has no ${split === -1 ? 'value' : 'name'}`, 'write --param name=value')
      continue
    }
    const fallback = Object.hasOwn(spec.params, name) ? spec.params[name] : undefined
    if (fallback === undefined) {
      report(`unknown param ${JSON.stringify(name)}`, nameHint(name, Object.keys(spec.params), 'params'))
      continue
    }
    const value = parseAs(pair.slice(split + 1), fallback)
    if (value === undefined) report(`${name} must be ${kindOf(fallback)}, as its default is`, exampleOf(fallback))
    else values.set(name, value)
  }
  return { params: Object.fromEntries(values), problems }
}

/** Undefined: the text is not of the default's type. */
function parseAs(text: string, fallback: JsonValue): JsonValue | undefined {
  if (typeof fallback === 'string') return text
  const value = parseJson(text)
  if (fallback === null) return value === undefined ? text : value
  if (value === undefined || value === null) return undefined
  return kindOf(value) === kindOf(fallback) ? value : undefined
}

function parseJson(text: string): JsonValue | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // 1e999 parses, to a number that JSON cannot say.
    return typeof value === 'number' && !Number.isFinite(value) ? undefined : (value as JsonValue)
  } catch {
    return undefined
  }
}

function kindOf(value: JsonValue): string {
  return typeof value === 'number' ? 'a number' : typeof value === 'boolean' ? 'true or false' : nameOfJson(value)
}

function exampleOf(fallback: JsonValue): string {
  const text = JSON.stringify(fallback)
  return `the default is ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`
}
