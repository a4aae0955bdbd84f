import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TRIGGER_RULES, type TriggerRule } from '../../src/dag/dag-spec.ts'
import { type InstanceCounts, noInstances, pendingCount } from '../../src/scheduler/instance-counts.ts'
import { type RuleDecision, triggerDecision } from '../../src/scheduler/trigger-rule.ts'

/** S success, F failed, U upstream_failed, K skipped, R removed, a dot: not ended. */
function upstream(letters: string): InstanceCounts {
  const counts = noInstances()
  for (const letter of letters) {
    counts.total += 1
    if (letter === 'S') counts.success += 1
    if (letter === 'F') counts.failed += 1
    if (letter === 'U') counts.upstream_failed += 1
    if (letter === 'K') counts.skipped += 1
    if (letter === 'R') counts.removed += 1
  }
  return counts
}

const run = 'run'
const skip = 'skipped'
const fail = 'upstream_failed'
const wait = 'wait'

// Each column is one situation. What Airflow answers once everything has ended is the same but where a comment says so.
const SITUATIONS = ['SS', 'SF', 'SU', 'SK', 'FK', 'UK', 'FF', 'UU', 'KK', 'S.', 'F.', 'U.', 'K.', '..', 'SFK'] as const
// biome-ignore format: a table is read by its columns.
const TABLE: Record<TriggerRule, readonly RuleDecision[]> = {
  //                            SS    SF    SU    SK    FK    UK    FF    UU    KK    S.    F.    U.    K.    ..    SFK
  all_success:                 [run,  fail, fail, skip, fail, fail, fail, fail, skip, wait, fail, fail, wait, wait, fail],
  all_failed:                  [skip, skip, skip, skip, skip, skip, run,  run,  skip, skip, wait, wait, skip, wait, skip],
  all_done:                    [run,  run,  run,  run,  run,  run,  run,  run,  run,  wait, wait, wait, wait, wait, run],
  all_done_min_one_success:    [run,  run,  run,  skip, skip, skip, fail, fail, skip, wait, wait, wait, skip, wait, skip],
  all_skipped:                 [skip, skip, skip, skip, skip, skip, skip, skip, run,  skip, skip, skip, wait, wait, skip],
  one_success:                 [run,  run,  run,  run,  fail, fail, fail, fail, skip, run,  wait, wait, wait, wait, run],
  one_failed:                  [skip, run,  run,  skip, run,  run,  run,  run,  skip, wait, run,  run,  wait, wait, run],
  one_done:                    [run,  run,  run,  run,  run,  skip, run,  skip, skip, run,  run,  wait, wait, wait, run],
  none_failed:                 [run,  fail, fail, run,  fail, fail, fail, fail, run,  wait, fail, fail, wait, wait, fail],
  none_failed_min_one_success: [run,  fail, fail, run,  fail, fail, fail, fail, skip, wait, fail, fail, wait, wait, fail],
  none_skipped:                [run,  run,  run,  skip, skip, skip, run,  run,  skip, wait, wait, wait, skip, wait, skip],
  always:                      [run,  run,  run,  run,  run,  run,  run,  run,  run,  run,  run,  run,  run,  run,  run],
}

describe('triggerDecision', () => {
  for (const rule of TRIGGER_RULES) {
    it.each(SITUATIONS.map((letters, index) => [letters, TABLE[rule][index]] as const))(
      `${rule} with %s upstream: %s`,
      (letters, decision) => {
        expect(triggerDecision(rule, upstream(letters))).toBe(decision)
      },
    )
  }

  it('lets a task without upstream run, whatever its rule', () => {
    for (const rule of TRIGGER_RULES) expect(triggerDecision(rule, upstream(''))).toBe('run')
  })

  it('does not count removed instances', () => {
    expect(triggerDecision('all_success', upstream('SSR'))).toBe('run')
    expect(triggerDecision('all_failed', upstream('FR'))).toBe('run')
    expect(triggerDecision('none_failed_min_one_success', upstream('KR'))).toBe('skipped')
    expect(triggerDecision('all_success', upstream('RR'))).toBe('run')
  })

  const letter = fc.constantFrom('S', 'F', 'U', 'K', 'R')

  it('never changes what it decided, however the rest ends', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TRIGGER_RULES),
        fc.array(letter, { maxLength: 4 }),
        fc.array(letter, { minLength: 1, maxLength: 4 }),
        (rule, ended, rest) => {
          const early = triggerDecision(rule, upstream([...ended, ...rest.map(() => '.')].join('')))
          // An instance that is removed was never there; with all of them gone there is nothing to wait for.
          fc.pre(![...ended, ...rest].every((one) => one === 'R'))
          if (early === 'wait') return
          expect(triggerDecision(rule, upstream([...ended, ...rest].join('')))).toBe(early)
        },
      ),
    )
  })

  it('waits only while two ends are possible', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TRIGGER_RULES), fc.array(letter, { maxLength: 4 }), (rule, ended) => {
        const counts = upstream([...ended, '.'].join(''))
        expect(pendingCount(counts)).toBe(1)
        const possible = new Set(
          ['S', 'F', 'U', 'K'].map((last) => triggerDecision(rule, upstream([...ended, last].join('')))),
        )
        expect(triggerDecision(rule, counts) === 'wait').toBe(possible.size > 1 || isWaitedFor(rule))
      }),
    )
  })

  it('decides once everything has ended', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TRIGGER_RULES), fc.array(letter), (rule, ended) => {
        expect(triggerDecision(rule, upstream(ended.join('')))).not.toBe('wait')
      }),
    )
  })
})

/** `all_done` waits for the end itself, whatever it is. */
function isWaitedFor(rule: TriggerRule): boolean {
  return rule === 'all_done'
}
