import type { FieldTable } from './field-table.ts'

export const namespaceFields: FieldTable = {
  'spec.finalizers': [
    ['kubernetes'],
    ['davit.test/keep'],
    [],
    null,
    ['hold'],
    [''],
    ['a b/c'],
    ['kubernetes', 'davit.test/keep'],
    'x',
    [5],
  ],
  spec: [{}, null, { foo: 1 }],
  status: [{ phase: 'Terminating' }, { phase: 'Active' }, { phase: 'Strange' }, {}, null, { conditions: [] }],
  'status.phase': ['Terminating', 'Active', 'Strange', '', null],
  'status.conditions': [
    [{ type: 'Mine', status: 'True', reason: 'Because', message: 'm', lastTransitionTime: '2001-02-03T04:05:06Z' }],
    [{ type: 'Mine', status: 'True' }],
    [{}],
    [],
    null,
  ],
  'metadata.labels': [
    { 'kubernetes.io/metadata.name': 'wrong' },
    { team: 'a' },
    { 'kubernetes.io/metadata.name': 'not valid!' },
  ],
  'metadata.labels.team': ['a', 'b', null, undefined],
}
