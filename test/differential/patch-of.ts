import type { PatchType } from '../support/raw-api.ts'
import { edited } from './edited.ts'
import type { Edit, Json } from './operation.ts'

/** By what strategic merge patches know items of the lists that have indices in edits. */
const KEYS: readonly (readonly [path: RegExp, key: Json])[] = [
  [/^(spec\.containers\.0)\./, 'base'],
  [/^(spec\.containers\.1)\./, 'side'],
  [/^(spec\.initContainers\.0)\./, 'first'],
]

/** Operations of JSON patch that say the same or the like. */
export type JsonPatchOperation = 'add' | 'replace' | 'test'

/** Edits as the body of a patch. */
export function patchOf(type: PatchType, edits: readonly Edit[], operation: JsonPatchOperation): Json {
  if (type === 'json') return edits.map((edit) => jsonPatchOf(edit, operation))
  const withNulls = edits.map(({ path, value = null }) => ({ path, value }))
  return edited({}, type === 'strategic' ? withNulls.flatMap((edit) => [...keyOf(edit), edit]) : withNulls)
}

function jsonPatchOf({ path, value }: Edit, op: JsonPatchOperation): Json {
  const pointer = `/${path.replaceAll('.', '/')}`
  return value === undefined ? { op: 'remove', path: pointer } : { op, path: pointer, value }
}

function keyOf({ path }: Edit): Edit[] {
  return KEYS.flatMap(([pattern, value]) => {
    const item = pattern.exec(path)?.[1]
    return item === undefined ? [] : [{ path: `${item}.name`, value }]
  })
}
