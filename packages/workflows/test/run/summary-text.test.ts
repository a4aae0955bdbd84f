import { expect, it } from 'vitest'
import type { RunSummary } from '../../src/run/run-summary.ts'
import { summaryText } from '../../src/run/summary-text.ts'

const task = { mapIndex: -1, tryNumber: 1, podName: 'p', durationMs: 10 }

it('says of a task that failed why, what to do and where its log is, and nothing of one that did not', () => {
  const summary: RunSummary = {
    dagId: 'sales',
    runId: 'manual__1',
    state: 'failed',
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:00:02Z',
    tasks: [
      { ...task, taskId: 'extract', state: 'success' },
      {
        ...task,
        taskId: 'load',
        state: 'failed',
        logPath: 'load.log',
        failure: { class: 'oom', evidence: 'a=b', message: 'it was \u001b[31mkilled', hint: 'raise its limit' },
      },
      { ...task, taskId: 'report', state: 'upstream_failed', tryNumber: 0 },
    ],
  }
  expect(summaryText(summary, '/logs').split('\n')).toEqual([
    'sales manual__1: failed in 2.0 s (1 success, 1 failed, 1 upstream_failed)',
    '  failed load (try 1) oom: it was killed',
    '    what to do: raise its limit',
    '    log: load.log',
    '  upstream_failed report',
    'logs: /logs',
  ])
})
