import type { Pod } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { cleanupDecision } from '../../src/pods/cleanup-decision.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')
const before = (minutes: number) => new Date(nowMs - minutes * 60_000).toISOString()
const ages = { nowMs, minPendingMinutes: 30, minCompletedMinutes: 1 }

/** A pod that was made ten hours ago. */
function pod(status: object, { spec = {}, metadata = {} }: { spec?: object; metadata?: object } = {}): Pod {
  return {
    metadata: { creationTimestamp: before(600), ...metadata },
    spec: { containers: [], restartPolicy: 'Never', ...spec },
    status,
  } as Pod
}

const ended = (minutes: number) => ({ state: { terminated: { exitCode: 0, finishedAt: before(minutes) } } })

describe('cleanup-pods', () => {
  it.each<[string, Pod, 'delete' | 'keep', string]>([
    ['succeeded', pod({ phase: 'Succeeded', containerStatuses: [ended(5)] }), 'delete', 'succeeded 5 min ago'],
    [
      'failed, restartPolicy Never',
      pod({ phase: 'Failed', containerStatuses: [ended(180)] }),
      'delete',
      'failed 3 h ago',
    ],
    [
      'failed, restartPolicy OnFailure',
      pod({ phase: 'Failed', containerStatuses: [ended(5)] }, { spec: { restartPolicy: 'OnFailure' } }),
      'keep',
      'it failed, and may be started again',
    ],
    [
      'evicted, restartPolicy Always',
      pod({ phase: 'Failed', reason: 'Evicted', conditions: [] }, { spec: { restartPolicy: 'Always' } }),
      'delete',
      'evicted 10 h ago',
    ],
    ['running', pod({ phase: 'Running' }), 'keep', 'it is running'],
    ['without a phase', pod({}), 'keep', 'it is without a phase'],
    ['pending for too long', pod({ phase: 'Pending' }), 'delete', 'pending for 10 h'],
    [
      'pending for not so long',
      pod({ phase: 'Pending' }, { metadata: { creationTimestamp: before(29) } }),
      'keep',
      'pending for 29 min, of 30 min that it may be',
    ],
    [
      'just ended',
      pod({ phase: 'Succeeded', containerStatuses: [ended(100), ended(0.5)] }),
      'keep',
      'succeeded 0 min ago: too new',
    ],
    [
      'being deleted',
      pod({ phase: 'Succeeded' }, { metadata: { deletionTimestamp: before(1) } }),
      'keep',
      'it is being deleted',
    ],
    [
      'being deleted, and held',
      pod({ phase: 'Succeeded' }, { metadata: { deletionTimestamp: before(1), finalizers: ['davit/outcome'] } }),
      'keep',
      'it is being deleted, and held by davit/outcome',
    ],
  ])('decides for a pod that is %s', (_, given, action, reason) => {
    expect(cleanupDecision(given, ages)).toEqual({ action, reason })
  })

  it('reckons an age from the last end of a container, init containers too, else the last condition, else the creation', () => {
    const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: before(20) }]
    const reasonOf = (status: object) => cleanupDecision(pod({ phase: 'Succeeded', ...status }), ages).reason
    expect([
      reasonOf({ containerStatuses: [ended(9)], initContainerStatuses: [ended(7)], conditions }),
      reasonOf({ containerStatuses: [{ state: {} }], conditions }),
      reasonOf({}),
    ]).toEqual(['succeeded 7 min ago', 'succeeded 20 min ago', 'succeeded 10 h ago'])
  })

  it('takes 0 minutes for at once', () => {
    const fresh = pod({ phase: 'Succeeded', containerStatuses: [ended(0)] })
    expect(cleanupDecision(fresh, { ...ages, minCompletedMinutes: 0 }).action).toBe('delete')
  })
})
