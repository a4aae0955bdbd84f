import { expect, it } from 'vitest'
import { runSummary } from '../../src/run/run-summary.ts'
import { summaryText } from '../../src/run/summary-text.ts'
import type { DagRunRow } from '../../src/store/workflow-store.ts'
import { taskInstance } from '../support/task-instance.ts'

const run = {
  dagId: 'sales',
  runId: 'manual__2026-01-01T00:00:00+00:00',
  state: 'failed',
  startedAt: '2026-01-01T00:00:00Z',
  endedAt: '2026-01-01T00:00:05Z',
  spec: { tasks: [{ taskId: 'extract' }, { taskId: 'sum' }, { taskId: 'never' }] },
} as unknown as DagRunRow

const failure = {
  class: 'user',
  evidence: 'status.containerStatuses[0].state.terminated.exitCode=3',
  message: 'exit code 3',
} as const
const instances = [
  taskInstance({ taskId: 'never', state: 'upstream_failed' }),
  taskInstance({
    taskId: 'sum',
    mapIndex: 1,
    state: 'failed',
    tryNumber: 2,
    podName: 'p2',
    queuedAt: '2026-01-01T00:00:03Z',
    endedAt: '2026-01-01T00:00:04Z',
    failure,
    logPath: '.davit/logs/x',
  }),
  taskInstance({
    taskId: 'sum',
    mapIndex: 0,
    state: 'success',
    tryNumber: 1,
    podName: 'p1',
    queuedAt: '2026-01-01T00:00:02Z',
    endedAt: '2026-01-01T00:00:03Z',
    result: null,
  }),
  taskInstance({
    taskId: 'extract',
    state: 'success',
    tryNumber: 1,
    podName: 'p0',
    queuedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:00:01.500Z',
    result: { rows: 3 },
  }),
]

it('lists tasks in the order of the file, with what the contract names and nothing more', () => {
  expect(runSummary(run, instances).tasks).toEqual([
    {
      taskId: 'extract',
      mapIndex: -1,
      state: 'success',
      tryNumber: 1,
      podName: 'p0',
      durationMs: 1500,
      result: { rows: 3 },
    },
    { taskId: 'sum', mapIndex: 0, state: 'success', tryNumber: 1, podName: 'p1', durationMs: 1000, result: null },
    {
      taskId: 'sum',
      mapIndex: 1,
      state: 'failed',
      tryNumber: 2,
      podName: 'p2',
      durationMs: 1000,
      logPath: '.davit/logs/x',
      failure,
    },
    { taskId: 'never', mapIndex: -1, state: 'upstream_failed', tryNumber: 0, podName: null, durationMs: null },
  ])
})

it('tells people how it ended, what failed and why, and where the logs are', () => {
  expect(summaryText(runSummary(run, instances), '.davit/logs/sales')).toBe(
    `sales manual__2026-01-01T00:00:00+00:00: failed in 5.0 s (2 success, 1 failed, 1 upstream_failed)
  failed sum[1] (try 2) user: exit code 3
    log: .davit/logs/x
  upstream_failed never
logs: .davit/logs/sales`,
  )
})
