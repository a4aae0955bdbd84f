import type { TriggerRule } from '../dag/dag-spec.ts'
import { type InstanceCounts, pendingCount } from './instance-counts.ts'

/** What a trigger rule says of a task: it may run, it is over without running, or it is not decided yet. */
export type RuleDecision = 'run' | 'skipped' | 'upstream_failed' | 'wait'

/**
 * Decides a trigger rule from the instances of all upstream tasks; a mapped one counts by instance, and as one that has
 * not ended before it is expanded.
 *
 * Airflow: `TriggerRuleDep._evaluate_direct_relatives`, with two differences. A rule is decided as soon as nothing that
 * is still to come could change it, and not before: where Airflow skips at the first skipped upstream although a failure
 * may follow, the order of events does not matter here, and the failure wins. And removed instances count for no task;
 * in Airflow they keep an unmapped task waiting for ever.
 */
export function triggerDecision(rule: TriggerRule, upstream: InstanceCounts): RuleDecision {
  const count = upstream.total - upstream.removed
  if (count === 0 || rule === 'always') return 'run'
  const { success, skipped } = upstream
  const failed = upstream.failed + upstream.upstream_failed
  const isDone = pendingCount(upstream) === 0
  switch (rule) {
    case 'all_success':
      if (failed > 0) return 'upstream_failed'
      return whenDone(isDone, skipped > 0 ? 'skipped' : 'run')
    case 'all_failed':
      if (success > 0 || skipped > 0) return 'skipped'
      return whenDone(isDone, 'run')
    case 'all_done':
      return whenDone(isDone, 'run')
    case 'all_done_min_one_success':
      // Skipped is not "done" for this rule, and Airflow asks for it before it asks for failures.
      if (skipped > 0) return 'skipped'
      return whenDone(isDone, success > 0 ? 'run' : 'upstream_failed')
    case 'all_skipped':
      if (success > 0 || failed > 0) return 'skipped'
      return whenDone(isDone, 'run')
    case 'one_success':
      if (success > 0) return 'run'
      return whenDone(isDone, failed > 0 ? 'upstream_failed' : 'skipped')
    case 'one_failed':
      if (failed > 0) return 'run'
      return whenDone(isDone, 'skipped')
    case 'one_done':
      // Neither skipped nor upstream_failed has done anything.
      if (success > 0 || upstream.failed > 0) return 'run'
      return whenDone(isDone, 'skipped')
    case 'none_failed':
      if (failed > 0) return 'upstream_failed'
      return whenDone(isDone, 'run')
    case 'none_failed_min_one_success':
      if (failed > 0) return 'upstream_failed'
      return whenDone(isDone, success > 0 ? 'run' : 'skipped')
    case 'none_skipped':
      if (skipped > 0) return 'skipped'
      return whenDone(isDone, 'run')
  }
}

function whenDone(isDone: boolean, decision: RuleDecision): RuleDecision {
  return isDone ? decision : 'wait'
}
