import type { TaskInstanceKey } from '@davit/executor'
import type { OperationContext } from './operation-context.ts'

/** Gives up the current launches of these tries. */
export async function revokeLaunches({ db, now }: OperationContext, keys: readonly TaskInstanceKey[]): Promise<void> {
  for (const key of keys) {
    await db
      .updateTable('launch')
      .set({ state: 'revoked', ended_at: now })
      .where('dag_id', '=', key.dagId)
      .where('run_id', '=', key.runId)
      .where('task_id', '=', key.taskId)
      .where('map_index', '=', key.mapIndex)
      .where('try_number', '=', key.tryNumber)
      .where('state', '=', 'current')
      .execute()
  }
}
