import type { FieldTable } from './field-table.ts'

export const configMapFields: FieldTable = {
  data: [
    { a: '1' },
    { a: '2', b: 'two' },
    { 'key.with_all-Of.it': '' },
    {},
    null,
    { 'a b': 'x' },
    { '': 'x' },
    { '.': 'x' },
    { '..': 'x' },
    { '..a': 'x' },
    { ['k'.repeat(254)]: 'x' },
    { a: null },
    { a: 5 },
    { a: { b: 'c' } },
    { b: '<&>\u2028\u0000é' },
    ['a'],
    'x',
  ],
  // No null: see the secrets.
  'data.a': ['1', '2', '', undefined, 7],
  'data.b': ['two', 'three'],
  binaryData: [
    { c: 'AAEC' },
    { a: 'AA==' },
    { c: '' },
    { c: '~' },
    { c: 'AA' },
    { c: 'A\nA==' },
    { 'c d': 'AA==' },
    { c: null },
    { c: 1 },
    {},
    null,
  ],
  // Not null, which makes an empty map of none: Kubernetes minds where the object is immutable.
  'binaryData.c': ['AAEC', 'Zm9v', undefined],
  immutable: [true, true, false, null, undefined, 'true'],
  'data.big': ['x'.repeat(1024 * 1024 + 1)],
}
