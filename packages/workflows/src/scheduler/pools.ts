import type { DagSpec, TaskSpec } from '../dag/dag-spec.ts'

/** Airflow's `default_pool`. */
export const DEFAULT_POOL = 'default_pool'
const DEFAULT_POOL_SLOTS = 128

export interface Pool {
  /** Unlike any other pool's: a pool that a DAG declares is its own. */
  readonly id: string
  readonly name: string
  readonly slots: number
}

/** The pool of a task; null when its DAG declares none of that name, or none that is large enough for it. */
export function poolOf(
  { dagId, pools }: Pick<DagSpec, 'dagId' | 'pools'>,
  { pool: name, poolSlots }: Pick<TaskSpec, 'pool' | 'poolSlots'>,
): Pool | null {
  const pool = findPool(dagId, pools, name)
  return pool && poolSlots <= pool.slots ? pool : null
}

function findPool(dagId: string, pools: DagSpec['pools'], name: string): Pool | null {
  const slots = Object.hasOwn(pools, name) ? pools[name] : undefined
  if (slots !== undefined) return { id: JSON.stringify([dagId, name]), name, slots }
  return name === DEFAULT_POOL ? { id: DEFAULT_POOL, name, slots: DEFAULT_POOL_SLOTS } : null
}
