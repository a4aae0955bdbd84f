import { describe, expect, it } from 'vitest'
import { type InstanceCounts, noInstances } from '../../src/scheduler/instance-counts.ts'
import { type Decision, taskDecision, type UndecidedTask } from '../../src/scheduler/task-decision.ts'

function counts(facts: Partial<InstanceCounts>): InstanceCounts {
  return { ...noInstances(), ...facts }
}

function decide(facts: Partial<UndecidedTask>): Decision {
  return taskDecision({ triggerRule: 'all_success', upstream: noInstances(), source: null, itemCount: null, ...facts })
}

describe('taskDecision', () => {
  it('schedules a task without upstream', () => {
    expect(decide({})).toBe('scheduled')
  })

  it('skips a mapped task without items once its rule lets it run', () => {
    expect(decide({ itemCount: 0 })).toBe('skipped')
    expect(decide({ itemCount: 0, upstream: counts({ total: 1 }) })).toBe('wait')
    expect(decide({ itemCount: 0, upstream: counts({ total: 1, failed: 1 }) })).toBe('upstream_failed')
    expect(decide({ itemCount: 2 })).toBe('scheduled')
  })

  const table: readonly [string, Partial<UndecidedTask>, Decision][] = [
    ['waits for its source', { upstream: counts({ total: 1 }), source: counts({ total: 1 }) }, 'wait'],
    [
      'expands when its source succeeded',
      { upstream: counts({ total: 1, success: 1 }), source: counts({ total: 1, success: 1 }) },
      'expand',
    ],
    [
      'does not expand while another upstream may decide otherwise',
      { upstream: counts({ total: 2, success: 1 }), source: counts({ total: 1, success: 1 }) },
      'wait',
    ],
    [
      'expands beside another upstream that its rule does not wait for',
      {
        triggerRule: 'one_success',
        upstream: counts({ total: 2, success: 1 }),
        source: counts({ total: 1, success: 1 }),
      },
      'expand',
    ],
    [
      'does not expand when another upstream failed',
      { upstream: counts({ total: 2, success: 1, failed: 1 }), source: counts({ total: 1, success: 1 }) },
      'upstream_failed',
    ],
    [
      'fails with its source whatever its rule',
      { triggerRule: 'all_done', upstream: counts({ total: 1, failed: 1 }), source: counts({ total: 1, failed: 1 }) },
      'upstream_failed',
    ],
    [
      'fails with its source although the rule runs it always',
      { triggerRule: 'always', upstream: counts({ total: 1, failed: 1 }), source: counts({ total: 1, failed: 1 }) },
      'upstream_failed',
    ],
    [
      'fails at the first failed instance of a mapped source',
      {
        triggerRule: 'all_done',
        upstream: counts({ total: 3, failed: 1 }),
        source: counts({ total: 3, failed: 1 }),
      },
      'upstream_failed',
    ],
    [
      'is skipped with its source',
      { triggerRule: 'all_done', upstream: counts({ total: 1, skipped: 1 }), source: counts({ total: 1, skipped: 1 }) },
      'skipped',
    ],
    [
      'waits with a skipped source while a failure may come',
      { upstream: counts({ total: 2, skipped: 1 }), source: counts({ total: 1, skipped: 1 }) },
      'wait',
    ],
    [
      'prefers the failure to the skip',
      { upstream: counts({ total: 2, skipped: 1, failed: 1 }), source: counts({ total: 1, skipped: 1 }) },
      'upstream_failed',
    ],
    [
      'waits for the source although its rule skips it already',
      { triggerRule: 'all_failed', upstream: counts({ total: 2, success: 1 }), source: counts({ total: 1 }) },
      'wait',
    ],
    [
      'needs its source even when its rule asks for nothing',
      { triggerRule: 'always', upstream: counts({ total: 1 }), source: counts({ total: 1 }) },
      'wait',
    ],
    [
      'follows its rule alone once it is expanded',
      { upstream: counts({ total: 2, success: 2 }), source: counts({ total: 1, success: 1 }), itemCount: 3 },
      'scheduled',
    ],
  ]
  it.each(table)('mapped over a task: %s', (_title, facts, decision) => {
    expect(decide(facts)).toBe(decision)
  })
})
