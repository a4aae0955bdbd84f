import type { DagRunState, TaskInstanceState } from './workflow-store.ts'

// Times are ISO 8601 text in UTC, which sorts as it reads; values are JSON text: both mean the same on every database.

export interface MetaTable {
  name: string
  value: string
}

/** One row, one number: grows by one with each transaction that changes a run or a task instance. */
export interface ChangeCounterTable {
  value: number
}

export interface DagRunTable {
  dag_id: string
  run_id: string
  state: DagRunState
  logical_date: string
  params: string
  spec: string
  created_at: string
  started_at: string | null
  ended_at: string | null
  version: number
}

export interface TaskInstanceTable {
  dag_id: string
  run_id: string
  task_id: string
  map_index: number
  state: TaskInstanceState | null
  try_number: number
  map_item: string | null
  /** The launch whose events count; null before the first of the try. */
  launch_id: string | null
  /** Launches of this try that were lost to infrastructure. */
  infrastructure_failures: number
  pod_name: string | null
  queued_by_job_id: string | null
  queued_at: string | null
  started_at: string | null
  ended_at: string | null
  next_try_at: string | null
  failure: string | null
  log_path: string | null
  version: number
}

/** How a try ended: its key is what makes "exactly one outcome" true. */
export interface TryOutcomeTable {
  dag_id: string
  run_id: string
  task_id: string
  map_index: number
  try_number: number
  state: 'success' | 'failed' | 'skipped' | 'up_for_retry'
  failure: string | null
  info: string | null
  launch_id: string | null
  infrastructure_failures: number
  queued_at: string | null
  started_at: string | null
  ended_at: string
}

/**
 * - `current`     the only launch of its try whose events count
 * - `superseded`  replaced by another launch of the same try
 * - `revoked`     given up: cancelled, put back, or failed without its pod
 * - `ended`       its pod's end is committed
 */
export type LaunchState = 'current' | 'superseded' | 'revoked' | 'ended'

export interface LaunchTable {
  id: string
  dag_id: string
  run_id: string
  task_id: string
  map_index: number
  try_number: number
  number: number
  pod_name: string
  namespace: string
  uid: string | null
  state: LaunchState
  token_hash: string
  /** When the launch token was exchanged: it is worthless from then on. */
  token_spent_at: string | null
  recorded_at: string
  worker_started_at: string | null
  worker_finished_at: string | null
  heartbeat_at: string | null
  ended_at: string | null
  failure: string | null
  log_path: string | null
}

export interface XcomTable {
  dag_id: string
  run_id: string
  task_id: string
  map_index: number
  value: string
}

export interface ResourceVersionTable {
  namespace: string
  version: string
}

export interface Tables {
  meta: MetaTable
  change_counter: ChangeCounterTable
  dag_run: DagRunTable
  task_instance: TaskInstanceTable
  try_outcome: TryOutcomeTable
  launch: LaunchTable
  xcom: XcomTable
  resource_version: ResourceVersionTable
}
