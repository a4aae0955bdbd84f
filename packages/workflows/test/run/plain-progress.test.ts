import { expect, it } from 'vitest'
import { plainProgress } from '../../src/run/plain-progress.ts'
import type { TaskInstanceRow } from '../../src/store/workflow-store.ts'
import { taskInstance } from '../support/task-instance.ts'

const start = Date.parse('2026-01-01T00:00:00Z')

function frame(instances: readonly TaskInstanceRow[], seconds = 0, reason: string | null = null) {
  return { instances, waitingReason: () => reason, nowMs: start + seconds * 1000 }
}

it('says each change of an instance once', () => {
  const queued = taskInstance({ taskId: 'a', state: 'queued', tryNumber: 1, podName: 'sales-a-1' })
  const first = plainProgress(new Map(), frame([queued, taskInstance({ taskId: 'b' })]), 400)
  expect(first.lines).toEqual(['[   0.4 s] a queued try=1 pod=sales-a-1'])
  expect(plainProgress(first.said, frame([queued]), 900).lines).toEqual([])

  const failed = {
    ...queued,
    state: 'failed' as const,
    failure: { class: 'user' as const, evidence: 'e', message: 'exit code 3\nsecond' },
  }
  expect(plainProgress(first.said, frame([failed]), 1200).lines).toEqual([
    '[   1.2 s] a failed try=1 pod=sales-a-1 user: exit code 3 second',
  ])
})

it('says why a task waits for long, once for each reason', () => {
  const queuedAt = new Date(start).toISOString()
  const queued = taskInstance({ taskId: 'a', state: 'queued', tryNumber: 1, queuedAt })
  let said = plainProgress(new Map(), frame([queued]), 0).said
  const linesAfter = (seconds: number, reason: string | null) => {
    const next = plainProgress(said, frame([queued], seconds, reason), seconds * 1000)
    said = next.said
    return next.lines
  }
  expect(linesAfter(9, 'refused (quota): exceeded; next try in 4 s')).toEqual([])
  expect(linesAfter(10, 'refused (quota): exceeded; next try in 3 s')).toEqual([
    '[  10.0 s] a queued try=1 refused (quota): exceeded; next try in 3 s',
  ])
  expect(linesAfter(12, 'refused (quota): exceeded; next try in 1 s')).toEqual([])
  expect(linesAfter(13, null)).toEqual([])
  expect(linesAfter(14, 'unscheduled: no room')).toEqual(['[  14.0 s] a queued try=1 unscheduled: no room'])
})
