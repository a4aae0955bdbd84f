import type { Failure, Launch, TaskInstanceKey } from '@davit/executor'
import type { StoreDatabase } from './store-database.ts'

/** Airflow's states, as far as this store knows them. A launched task instance stays `queued` until it ends. */
export type StoredState = 'scheduled' | 'queued' | 'up_for_retry' | 'success' | 'failed'

export interface TaskInstanceRow {
  readonly id: number
  readonly dag_id: string
  readonly task_id: string
  readonly run_id: string
  readonly map_index: number
  readonly state: StoredState
  /** The try that it is in; while `scheduled` or `up_for_retry`, the one that the next claim begins. */
  readonly try_number: number
  readonly priority: number
  readonly retries: number
  readonly infrastructure_retries: number
  readonly retry_delay_ms: number
  /** Of this try. */
  readonly infrastructure_failures: number
  readonly queued_by_job_id: string | null
  readonly next_try_at: number | null
  readonly failure: string | null
  readonly payload: string | null
}

export interface LaunchRow {
  readonly id: string
  readonly task_instance_id: number
  readonly try_number: number
  readonly number: number
  readonly pod_name: string
  readonly namespace: string
  readonly uid: string | null
  readonly owner: string | null
  readonly state: 'current' | 'superseded' | 'revoked' | 'ended'
  readonly ended_by: string | null
  /** What the task instance became when the launch ended. */
  readonly end_state: string | null
  readonly failure: string | null
}

export function keyOfRow(row: TaskInstanceRow): TaskInstanceKey {
  const { dag_id: dagId, task_id: taskId, run_id: runId, try_number: tryNumber, map_index: mapIndex } = row
  return { dagId, taskId, runId, tryNumber, mapIndex }
}

export function launchOfRow(row: LaunchRow, instance: TaskInstanceRow): Launch {
  return {
    id: row.id,
    key: { ...keyOfRow(instance), tryNumber: row.try_number },
    number: row.number,
    podName: row.pod_name,
    namespace: row.namespace,
    ...(row.uid === null ? {} : { uid: row.uid }),
    ...(row.owner === null ? {} : { owner: row.owner }),
  }
}

export function failureOfRow({ failure }: { readonly failure: string | null }): Failure | null {
  return failure === null ? null : (JSON.parse(failure) as Failure)
}

/** The task instance of the key, whatever its try. */
export function findInstance(db: StoreDatabase, key: Omit<TaskInstanceKey, 'tryNumber'>): TaskInstanceRow | undefined {
  return db.get<TaskInstanceRow>(
    'SELECT * FROM task_instance WHERE dag_id = ? AND task_id = ? AND run_id = ? AND map_index = ?',
    key.dagId,
    key.taskId,
    key.runId,
    key.mapIndex,
  )
}

export function findLaunch(db: StoreDatabase, id: string): LaunchRow | undefined {
  return db.get<LaunchRow>('SELECT * FROM launch WHERE id = ?', id)
}

/** The launch of the task instance that has no end yet; there is at most one. */
export function currentLaunch(db: StoreDatabase, instance: TaskInstanceRow): LaunchRow | undefined {
  return db.get<LaunchRow>(`SELECT * FROM launch WHERE task_instance_id = ? AND state = 'current'`, instance.id)
}
