import type { JsonNotes } from '../schema/json-text.ts'

const OPERATION_FIELDS = ['op', 'path', 'from', 'value']

/** `duplicate field "data.b"`: the keys that the text of a patch has twice. */
export function duplicateFields(patch: unknown, { repeated }: JsonNotes): string[] {
  return repeated.size === 0 ? [] : [...duplicates(patch, repeated, '')]
}

/** What a strict reader finds in a JSON patch: the same, and fields that operations do not have. */
export function operationProblems(operations: readonly unknown[], notes: JsonNotes): string[] {
  return operations.flatMap((operation, index) => {
    const path = `[${index}]`
    const unknown = Object.keys(operation ?? {})
      .filter((field) => !OPERATION_FIELDS.includes(field))
      .map((field) => `unknown field "${path}.${field}"`)
    return [...unknown, ...duplicates(operation, notes.repeated, path)].map((problem) => `json patch ${problem}`)
  })
}

function* duplicates(value: unknown, repeated: JsonNotes['repeated'], path: string): Iterable<string> {
  if (typeof value !== 'object' || value === null) return
  const isList = Array.isArray(value)
  const seen = new Set<string>()
  for (const [key, part] of repeated.get(value) ?? Object.entries(value)) {
    const at = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    if (seen.has(key)) yield `duplicate field "${at}"`
    seen.add(key)
    yield* duplicates(part, repeated, at)
  }
}
