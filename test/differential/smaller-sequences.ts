import type { Operation, Sequence } from './operation.ts'

/** Sequences with one thing less than a given one, the largest things first. */
export function* smallerSequences(sequence: Sequence): Iterable<Sequence> {
  const { operations, watches } = sequence
  // What stands behind is needed least often.
  for (let index = operations.length - 1; index >= 0; index--) {
    yield { ...sequence, operations: operations.toSpliced(index, 1) }
  }
  for (const index of watches.keys()) yield { ...sequence, watches: watches.toSpliced(index, 1) }
  for (const [index, operation] of operations.entries()) {
    for (const smaller of smallerOperations(operation)) {
      yield { ...sequence, operations: operations.with(index, smaller) }
    }
  }
}

function* smallerOperations(operation: Operation): Iterable<Operation> {
  const { query, object, json } = operation
  for (const parameter of Object.keys(query ?? {})) {
    yield {
      ...operation,
      query: Object.fromEntries(Object.entries(query ?? {}).filter(([name]) => name !== parameter)),
    }
  }
  for (const index of object?.edits.keys() ?? []) {
    if (object) yield { ...operation, object: { ...object, edits: object.edits.toSpliced(index, 1) } }
  }
  if (Array.isArray(json) && json.length > 1) {
    for (const index of json.keys()) yield { ...operation, json: json.toSpliced(index, 1) }
  }
}
