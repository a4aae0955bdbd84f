import { kindOf } from '../schema/decode-object.ts'
import type { JsonNotes } from '../schema/json-text.ts'

/** Which kind a body says that it is. */
export interface TypeMeta {
  readonly kind: string
  readonly group: string
  readonly version: string
}

/** A body that does not tell its kind; the message is Kubernetes' own. */
export class TypeMetaError extends Error {
  override readonly name = 'TypeMetaError'
}

const FIELDS = ['apiVersion', 'kind'] as const
const STRUCT = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/**
 * Reads `kind` and `apiVersion` of a body; what it does not say is as expected. As Kubernetes does, which uses another
 * reader for these two than for the rest: letters may be small or large, and each repetition counts.
 *
 * @throws {TypeMetaError}
 */
export function readTypeMeta(
  { value, notes }: { readonly value: unknown; readonly notes: JsonNotes },
  expected: TypeMeta,
): TypeMeta {
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
    throw mismatch(`${kindOf(value)} into Go value of type ${STRUCT}`)
  }
  const said = { apiVersion: '', kind: '' }
  const object: object = value ?? {}
  let problem: TypeMetaError | undefined
  for (const [key, part] of notes.repeated.get(object) ?? Object.entries(object)) {
    const field = FIELDS.find((name) => name.toLowerCase() === key.toLowerCase())
    if (field === undefined || part === null) continue
    if (typeof part === 'string') said[field] = part
    else problem ??= mismatch(`${kindOf(part)} into Go struct field .${field} of type string`)
  }
  if (problem) throw problem
  return { ...versionOf(said.apiVersion, expected), kind: said.kind || expected.kind }
}

function versionOf(apiVersion: string, expected: TypeMeta): Pick<TypeMeta, 'group' | 'version'> {
  if (apiVersion === '' || apiVersion === '/') return expected
  const [group = '', version, ...more] = apiVersion.split('/')
  if (more.length > 0) throw new TypeMetaError(`unexpected GroupVersion string: ${apiVersion}`)
  if (version === undefined) return { group: '', version: group }
  // A group alone is in the version that is expected of it.
  return { group, version: version === '' && group === expected.group ? expected.version : version }
}

function mismatch(what: string): TypeMetaError {
  return new TypeMetaError(`couldn't get version/kind; json parse error: json: cannot unmarshal ${what}`)
}
