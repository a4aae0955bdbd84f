import type { TaskInstanceState } from '../store/workflow-store.ts'

/** How many task instances there are, and how those that ended did. The others are to come. */
export interface InstanceCounts {
  total: number
  success: number
  failed: number
  upstream_failed: number
  skipped: number
  removed: number
}

/** A state that nothing leaves by itself. Airflow: `State.finished`. */
export type FinishedState = Exclude<keyof InstanceCounts, 'total'>

const FINISHED: ReadonlySet<TaskInstanceState | null> = new Set<FinishedState>([
  'success',
  'failed',
  'upstream_failed',
  'skipped',
  'removed',
])

export function isFinished(state: TaskInstanceState | null): state is FinishedState {
  return FINISHED.has(state)
}

export function noInstances(): InstanceCounts {
  return { total: 0, success: 0, failed: 0, upstream_failed: 0, skipped: 0, removed: 0 }
}

/** Instances that have not ended. */
export function pendingCount({ total, success, failed, upstream_failed, skipped, removed }: InstanceCounts): number {
  return total - success - failed - upstream_failed - skipped - removed
}
