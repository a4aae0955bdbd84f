import type { TaskInstanceKey } from '@davit/executor'
import type { Selectable } from 'kysely'
import type { LaunchTable, TaskInstanceTable } from '../tables.ts'
import type { OperationContext } from './operation-context.ts'

/** The task instance of a key, whatever its try. */
export function findInstance(
  { db }: OperationContext,
  key: Pick<TaskInstanceKey, 'dagId' | 'runId' | 'taskId' | 'mapIndex'>,
): Promise<Selectable<TaskInstanceTable> | undefined> {
  return db
    .selectFrom('task_instance')
    .selectAll()
    .where('dag_id', '=', key.dagId)
    .where('run_id', '=', key.runId)
    .where('task_id', '=', key.taskId)
    .where('map_index', '=', key.mapIndex)
    .executeTakeFirst()
}

export function findLaunch({ db }: OperationContext, id: string): Promise<Selectable<LaunchTable> | undefined> {
  return db.selectFrom('launch').selectAll().where('id', '=', id).executeTakeFirst()
}
