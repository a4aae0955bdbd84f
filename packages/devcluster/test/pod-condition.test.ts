import { expect, it } from 'vitest'
import { withPodCondition } from '../src/pod-condition.ts'

const condition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'R',
  message: 'm',
  observedGeneration: 2,
} as const
const written = { ...condition, lastProbeTime: null, lastTransitionTime: '1970-01-01T00:00:05Z' }
const other = { type: 'Ready', status: 'True', lastTransitionTime: '1970-01-01T00:00:01Z' }

it('puts a new condition behind the others, and leaves the rest of the status', () => {
  expect(withPodCondition({ phase: 'Running', conditions: [other] }, condition, 5_000)).toEqual({
    phase: 'Running',
    conditions: [other, written],
  })
})

it('replaces the one of its type in its place, and keeps its time unless its status changes', () => {
  const before = { conditions: [written, other] }
  expect(withPodCondition(before, { ...condition, reason: 'Other' }, 9_000).conditions).toEqual([
    { ...written, reason: 'Other' },
    other,
  ])
  expect(withPodCondition(before, { ...condition, status: 'False' }, 9_000).conditions?.[0]).toMatchObject({
    status: 'False',
    lastTransitionTime: '1970-01-01T00:00:09Z',
  })
})

it('leaves out what is not said', () => {
  expect(withPodCondition({}, { type: 'T', status: 'False' }, 5_000).conditions).toEqual([
    { type: 'T', status: 'False', lastProbeTime: null, lastTransitionTime: '1970-01-01T00:00:05Z' },
  ])
})
