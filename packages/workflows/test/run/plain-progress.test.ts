import { expect, it } from 'vitest'
import { plainProgress } from '../../src/run/plain-progress.ts'
import { taskInstance } from '../support/task-instance.ts'

it('says each change of an instance once', () => {
  const queued = taskInstance({ taskId: 'a', state: 'queued', tryNumber: 1, podName: 'sales-a-1' })
  const first = plainProgress(new Map(), [queued, taskInstance({ taskId: 'b' })], 400)
  expect(first.lines).toEqual(['[   0.4 s] a queued try=1 pod=sales-a-1'])
  expect(plainProgress(first.said, [queued], 900).lines).toEqual([])

  const failed = {
    ...queued,
    state: 'failed' as const,
    failure: { class: 'user' as const, evidence: 'e', message: 'exit code 3\nsecond' },
  }
  expect(plainProgress(first.said, [failed], 1200).lines).toEqual([
    '[   1.2 s] a failed try=1 pod=sales-a-1 user: exit code 3 second',
  ])
})
