import { expect, it } from 'vitest'
import { nameHint, nearestName } from '../../src/dag/nearest-name.ts'

it.each([
  ['upstram', ['retries', 'upstream'], 'upstream'],
  ['taskId', ['task_id', 'tags'], 'task_id'],
  ['retry_delay', ['retry_delay_seconds', 'retries'], undefined],
  ['b', ['a'], undefined],
  ['zebra', ['upstream'], undefined],
])('nearest to %s of %j: %s', (wrong, names, nearest) => {
  expect(nearestName(wrong, names)).toBe(nearest)
})

it('hints at what there is when nothing is near', () => {
  expect(nameHint('zebra', ['a', 'b', 'a', ''], 'pools')).toBe('pools: a, b')
  expect(nameHint('zebra', [], 'params')).toBe('there are no params')
  expect(
    nameHint(
      'zebra',
      Array.from({ length: 32 }, (_, i) => `t${i}`),
      'tasks',
    ),
  ).toMatch(/t29, and 2 more$/)
})
