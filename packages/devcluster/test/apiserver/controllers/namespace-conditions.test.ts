import { expect, it } from 'vitest'
import { type Remains, withNamespaceConditions } from '../../../src/apiserver/controllers/namespace-conditions.ts'

const NOTHING: Remains = { resources: new Map(), finalizers: new Map(), failures: [] }
const LATER = 60_000

it('says of an empty namespace that all is well', () => {
  const conditions = withNamespaceConditions([], NOTHING, 0)
  expect(conditions.map(({ type, status }) => `${type} ${status}`)).toEqual([
    'NamespaceDeletionDiscoveryFailure False',
    'NamespaceDeletionGroupVersionParsingFailure False',
    'NamespaceDeletionContentFailure False',
    'NamespaceContentRemaining False',
    'NamespaceFinalizersRemaining False',
  ])
  expect(withNamespaceConditions(conditions, NOTHING, LATER)).toEqual(conditions)
})

it('keeps the time of a condition whose words alone change', () => {
  const left = (count: number) => ({ ...NOTHING, resources: new Map([['pods.', count]]) })
  const first = withNamespaceConditions([], left(2), 0)
  const second = withNamespaceConditions(first, left(1), LATER)
  expect(second[3]).toEqual({
    type: 'NamespaceContentRemaining',
    status: 'True',
    lastTransitionTime: '1970-01-01T00:00:00Z',
    reason: 'SomeResourcesRemain',
    message: 'Some resources are remaining: pods. has 1 resource instances',
  })
  expect(withNamespaceConditions(second, NOTHING, LATER)[3]).toMatchObject({
    status: 'False',
    lastTransitionTime: '1970-01-01T00:01:00Z',
  })
})

it('names failures and counts in the order of their texts, behind the conditions of others', () => {
  const finalizers = new Map([
    ['b/b', 1],
    ['a/a', 2],
  ])
  const mine = { type: 'Mine', status: 'True' } as const
  const [first, , , failure, , held] = withNamespaceConditions(
    [mine],
    { ...NOTHING, finalizers, failures: ['z', 'y'] },
    0,
  )
  expect(first).toEqual(mine)
  expect([failure?.message, held?.message]).toEqual([
    'Failed to delete all resource types, 2 remaining: y, z',
    'Some content in the namespace has finalizers remaining: a/a in 2 resource instances, b/b in 1 resource instances',
  ])
})
