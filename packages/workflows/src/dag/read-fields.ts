import { isJsonObject, type KeyStyle, styledKey } from './dag-document.ts'
import type { JsonValue } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import { type FieldCheck, nameOfJson } from './field-checks.ts'
import type { Findings } from './finding.ts'
import { nameHint } from './nearest-name.ts'

type Fields = Readonly<Record<string, FieldCheck<unknown>>>

/** What the fields' checks give; absent: not given, null, or wrong (and reported). */
export type Checked<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends FieldCheck<infer T> ? T : never
}

/** Where the object stands, and how it is called. */
export interface FieldsAt {
  readonly path: DocumentPath
  readonly style: KeyStyle
  readonly what: string
  readonly found: Findings
  /** Keys that are read elsewhere, for hints. */
  readonly otherKeys?: readonly string[]
}

/** Reads an object by a table of its fields. A key that is not in the table is a problem, with the nearest one. */
export function readFields<const F extends Fields>(
  value: JsonValue,
  fields: F,
  { path, style, what, found, otherKeys = [] }: FieldsAt,
): Checked<F> {
  if (!isJsonObject(value)) {
    found.problem(path, `${what} must be an object, not ${nameOfJson(value)}`)
    return {}
  }
  const byStyledKey = new Map(Object.keys(fields).map((key) => [styledKey(key, style), key]))
  const result: Record<string, unknown> = {}
  for (const [styled, entry] of Object.entries(value)) {
    const key = byStyledKey.get(styled)
    const check = key === undefined ? undefined : fields[key]
    if (key === undefined || check === undefined) {
      found.problem(
        [...path, styled],
        `unknown key ${JSON.stringify(styled)}`,
        nameHint(styled, [...otherKeys, ...byStyledKey.keys()], 'keys'),
      )
    } else if (entry !== null) {
      const checked = check(entry, [...path, styled], found)
      if (checked !== undefined) result[key] = checked
    }
  }
  return result as Checked<F>
}
