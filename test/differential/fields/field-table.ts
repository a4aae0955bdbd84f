import fc from 'fast-check'
import type { Edit, Json } from '../operation.ts'

/** Fields and the values that sequences give to them, good ones and bad ones. `undefined` takes the field away. */
export type FieldTable = Readonly<Record<string, readonly (Json | undefined)[]>>

/** One edit of a table: each field is as likely as every other. */
export function editOf(table: FieldTable): fc.Arbitrary<Edit> {
  const fields = Object.entries(table)
  return fc
    .constantFrom(...fields)
    .chain(([path, values]) =>
      fc.constantFrom(...values).map((value) => (value === undefined ? { path } : { path, value })),
    )
}

/** None to three edits, mostly one: one problem hides another. */
export function editsOf(table: FieldTable): fc.Arbitrary<readonly Edit[]> {
  return fc.oneof(
    { arbitrary: fc.constant([]), weight: 2 },
    { arbitrary: fc.array(editOf(table), { minLength: 1, maxLength: 1 }), weight: 5 },
    { arbitrary: fc.array(editOf(table), { minLength: 2, maxLength: 3 }), weight: 3 },
  )
}
