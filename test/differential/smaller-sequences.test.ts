import { expect, it } from 'vitest'
import type { Operation, Sequence } from './operation.ts'
import { smallerSequences } from './smaller-sequences.ts'

const read: Operation = { verb: 'get', resource: 'pods', namespace: 'own', name: 'a', query: { limit: '1' } }
const made: Operation = {
  verb: 'create',
  resource: 'pods',
  namespace: 'own',
  name: 'a',
  object: { base: 'smallest', edits: [{ path: 'spec' }] },
}

it('leaves out one operation, watch, parameter or edit at a time', () => {
  const watch = { resource: 'pods', query: {}, labels: {} } as const
  const sequence: Sequence = { watches: [watch], operations: [made, read] }
  const { query: _, ...plain } = read
  expect([...smallerSequences(sequence)]).toEqual([
    { watches: [watch], operations: [made] },
    { watches: [watch], operations: [read] },
    { watches: [], operations: [made, read] },
    { watches: [watch], operations: [{ ...made, object: { base: 'smallest', edits: [] } }, read] },
    { watches: [watch], operations: [made, { ...plain, query: {} }] },
  ])
})
