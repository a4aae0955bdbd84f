import type { TriggerRule } from '../dag/dag-spec.ts'
import { type InstanceCounts, pendingCount } from './instance-counts.ts'
import { triggerDecision } from './trigger-rule.ts'

/** What there is to know of a task before its instances are scheduled. */
export interface UndecidedTask {
  readonly triggerRule: TriggerRule
  /** Instances of all its upstream tasks. */
  readonly upstream: InstanceCounts
  /** Instances of the task over whose result it maps; null for other tasks. */
  readonly source: InstanceCounts | null
  /** How many items it maps over; null while that is not known, or when it is not mapped. */
  readonly itemCount: number | null
}

/** `expand`: its instances can be made now, one for each item. */
export type Decision = 'wait' | 'expand' | 'scheduled' | 'skipped' | 'upstream_failed'

/**
 * What becomes of a task's instances. A task that maps over another's result needs all of that other, whatever its
 * trigger rule (Airflow: `MappedTaskUpstreamDep`); one without items is skipped once its rule lets it run. It is expanded
 * then too, not as soon as its items are known, so that how many instances there are does not depend on what ended first.
 */
export function taskDecision({ triggerRule, upstream, source, itemCount }: UndecidedTask): Decision {
  const decision = triggerDecision(triggerRule, upstream)
  if (decision === 'upstream_failed') return decision
  if (source !== null && itemCount === null) {
    if (source.failed + source.upstream_failed > 0) return 'upstream_failed'
    // A failure may still come, and it wins over a skip: of its own, and of what the rule looks at.
    if (pendingCount(source) > 0 || decision === 'wait') return 'wait'
    return source.skipped > 0 || decision === 'skipped' ? 'skipped' : 'expand'
  }
  if (decision === 'run') return itemCount === 0 ? 'skipped' : 'scheduled'
  return decision
}
