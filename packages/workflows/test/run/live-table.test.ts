import { describe, expect, it } from 'vitest'
import { liveTable } from '../../src/run/live-table.ts'
import { taskInstance } from '../support/task-instance.ts'

const nowMs = Date.parse('2026-01-01T00:00:10Z')
const space = { columns: 120, rows: 24, colour: false }
const frame = (instances: ReturnType<typeof taskInstance>[]) => ({
  title: 'sales',
  instances,
  waitingReason: () => null,
  nowMs,
})

describe('the live table', () => {
  it('shows state, try, duration, pod and why a task waits', () => {
    const instances = [
      taskInstance({
        taskId: 'extract',
        state: 'success',
        tryNumber: 1,
        podName: 'sales-extract-1',
        queuedAt: '2026-01-01T00:00:00Z',
        endedAt: '2026-01-01T00:00:02.500Z',
      }),
      taskInstance({
        taskId: 'sum',
        mapIndex: 3,
        state: 'running',
        tryNumber: 2,
        podName: 'sales-sum-2',
        queuedAt: '2026-01-01T00:00:09Z',
      }),
      taskInstance({ taskId: 'load', state: 'queued', tryNumber: 1 }),
    ]
    const lines = liveTable(
      { ...frame(instances), waitingReason: ({ taskId }) => (taskId === 'load' ? 'pulling image busybox' : null) },
      space,
    ).split('\n')
    expect(lines).toEqual([
      'sales  1 success, 1 running, 1 queued',
      'success  extract  try 1  2.5 s  sales-extract-1',
      'running  sum[3]   try 2  1.0 s  sales-sum-2',
      'queued   load     try 1         pulling image busybox',
    ])
  })

  it('fits the terminal: the urgent ones are shown, the others counted', () => {
    const instances = Array.from({ length: 200 }, (_, mapIndex) =>
      taskInstance({ taskId: 'many', mapIndex, state: mapIndex === 150 ? 'failed' : 'success', tryNumber: 1 }),
    )
    const lines = liveTable(frame(instances), { ...space, rows: 10, columns: 30 }).split('\n')
    expect(lines.length).toBeLessThan(10)
    expect(lines.some((line) => line.includes('many[150]'))).toBe(true)
    expect(lines.at(-1)).toBe('… and 195 success')
    expect(lines.every((line) => line.length <= 30)).toBe(true)
  })

  it('strips what a task could do to the terminal', () => {
    const evil = taskInstance({
      taskId: 'evil',
      state: 'failed',
      tryNumber: 1,
      failure: { class: 'user', evidence: '', message: 'a\u001b[2J\u001b]0;title\u0007b\r\nc\u202ed' },
    })
    expect(liveTable(frame([evil]), space).split('\n')[1]).toBe('failed  evil  try 1    ab cd')
  })

  it('says when a failed try is tried again, and why it failed; the next try begins afresh', () => {
    const failure = { class: 'user', evidence: '', message: 'exit code 3' } as const
    const row = (state: 'up_for_retry' | 'running') => taskInstance({ taskId: 'x', state, tryNumber: 1, failure })
    const show = (state: 'up_for_retry' | 'running') =>
      liveTable({ ...frame([row(state)]), waitingReason: () => (state === 'running' ? null : 'retries in 2 s') }, space)
    expect(show('up_for_retry')).toContain('retries in 2 s; exit code 3')
    expect(show('running')).not.toContain('exit code')
  })

  it('colours the state only', () => {
    const text = liveTable(frame([taskInstance({ taskId: 'x', state: 'success', tryNumber: 1 })]), {
      ...space,
      colour: true,
    })
    expect(text.split('\n')[1]).toBe('\u001b[32msuccess\u001b[39m  x  try 1')
  })
})
