import type { DagSpec, JsonValue, TaskSpec } from '../../dag/dag-spec.ts'
import { StoreError } from '../store-error.ts'
import type { DagRunRow } from '../workflow-store.ts'
import { insertInstances, instanceRows } from './insert-instances.ts'
import type { OperationContext } from './operation-context.ts'
import { dagRunRow } from './rows.ts'

export async function createDagRun(
  context: OperationContext,
  run: {
    spec: DagSpec
    runId: string
    logicalDate: string
    params: Readonly<Record<string, JsonValue>>
  },
): Promise<DagRunRow> {
  const { db, now } = context
  const { dagId } = run.spec
  const existing = await db
    .selectFrom('dag_run')
    .select('state')
    .where('dag_id', '=', dagId)
    .where('run_id', '=', run.runId)
    .executeTakeFirst()
  if (existing) {
    throw new StoreError('STORE_RUN_EXISTS', `run ${run.runId} of DAG ${dagId} exists already (${existing.state})`)
  }
  const version = await context.changeVersion()
  const row = await db
    .insertInto('dag_run')
    .values({
      dag_id: dagId,
      run_id: run.runId,
      state: 'queued',
      logical_date: run.logicalDate,
      params: JSON.stringify(run.params),
      spec: JSON.stringify(run.spec),
      created_at: now,
      started_at: null,
      ended_at: null,
      version,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const itemsOf = ({ map }: TaskSpec) => (map?.kind === 'items' ? map.items : [])
  await insertInstances(
    context,
    run.spec.tasks.flatMap((task) => instanceRows({ dagId, runId: run.runId }, task.taskId, itemsOf(task), version)),
  )
  return dagRunRow(row)
}

export async function dagRun({ db }: OperationContext, dagId: string, runId: string): Promise<DagRunRow | null> {
  const row = await db
    .selectFrom('dag_run')
    .selectAll()
    .where('dag_id', '=', dagId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return row ? dagRunRow(row) : null
}

export async function activeRuns({
  db,
}: OperationContext): Promise<readonly { readonly dagId: string; readonly runId: string }[]> {
  return db
    .selectFrom('dag_run')
    .select(['dag_id as dagId', 'run_id as runId'])
    .where('state', 'in', ['queued', 'running'])
    .orderBy('created_at')
    .orderBy('run_id')
    .execute()
}

export async function startRun(context: OperationContext, dagId: string, runId: string): Promise<void> {
  await context.db
    .updateTable('dag_run')
    .set({ state: 'running', started_at: context.now, version: await context.changeVersion() })
    .where('dag_id', '=', dagId)
    .where('run_id', '=', runId)
    .where('state', '=', 'queued')
    .execute()
}

export async function finishRun(
  context: OperationContext,
  dagId: string,
  runId: string,
  state: 'success' | 'failed',
): Promise<boolean> {
  const { db, now } = context
  const { numUpdatedRows } = await db
    .updateTable('dag_run')
    .set({ state, ended_at: now, version: await context.changeVersion() })
    .where('dag_id', '=', dagId)
    .where('run_id', '=', runId)
    .where('state', '=', 'running')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('task_instance')
            .select('task_id')
            .where('dag_id', '=', dagId)
            .where('run_id', '=', runId)
            .where((inner) =>
              inner.or([
                inner('state', 'is', null),
                inner('state', 'not in', ['success', 'failed', 'skipped', 'upstream_failed', 'removed']),
              ]),
            ),
        ),
      ),
    )
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
