import type { ExecutorPort } from './executor-port.ts'
import { pendingCount } from './instance-counts.ts'
import type { SchedulingModel } from './scheduling-model.ts'

interface Limits {
  readonly taskConcurrency: number
  readonly executor: Pick<ExecutorPort, 'waitingReason'>
  readonly nowMs: number
}

/** Why a task instance is not running, for people (I10); null when it is, has ended, or nothing holds it up. */
export function waitingReason(
  model: SchedulingModel,
  id: { readonly dagId: string; readonly runId: string; readonly taskId: string; readonly mapIndex: number },
  { taskConcurrency, executor, nowMs }: Limits,
): string | null {
  const run = model.run(id.dagId, id.runId)
  const instance = run?.instance(id.taskId, id.mapIndex)
  if (!run || !instance) return null
  const { state, task, tryNumber, nextTryAtMs } = instance
  const { pool } = task
  const isDue = state === 'up_for_retry' && (nextTryAtMs === null || nextTryAtMs <= nowMs)
  if (state === null) {
    const { total } = task.upstream
    return `waits for ${pendingCount(task.upstream)} of ${total} upstream`
  }
  if (state === 'queued') {
    return executor.waitingReason?.({ ...id, tryNumber }) ?? null
  }
  if (state === 'up_for_retry' && !isDue && nextTryAtMs !== null) {
    return `retries in ${Math.ceil((nextTryAtMs - nowMs) / 1000)} s`
  }
  if (state !== 'scheduled' && !isDue) return null
  if (run.activeCount >= run.maxActiveTasks) return `maxActiveTasks (${run.maxActiveTasks}) are active`
  if (pool && model.poolUse(pool.id) + task.spec.poolSlots > pool.slots) {
    return `pool ${pool.name} is full (${model.poolUse(pool.id)} of ${pool.slots} slots in use)`
  }
  if (model.activeCount >= taskConcurrency) return `${taskConcurrency} tasks at a time are active`
  return null
}
