import type { Kysely } from 'kysely'
import type { DagSpec, TaskSpec } from '../../dag/dag-spec.ts'
import type { Tables } from '../tables.ts'

interface SpecTask {
  readonly task: TaskSpec
  /**
   * The task that maps over this one's result, if it maps over that alone: over a mapped task's it is the list of its
   * instances' results, whatever each returned.
   */
  readonly resultMustBeArrayFor: string | null
}

/** The specs of runs, parsed once: they never change, and are large beside everything else of an operation. */
export class SpecCache {
  readonly #specs = new Map<string, ReadonlyMap<string, SpecTask>>()

  /** The task as the run's spec has it; throws when run or task do not exist. */
  async task(db: Kysely<Tables>, dagId: string, runId: string, taskId: string): Promise<SpecTask> {
    const task = await this.find(db, dagId, runId, taskId)
    if (!task) throw new Error(`run ${runId} of DAG ${dagId} has no task ${taskId}`)
    return task
  }

  async find(db: Kysely<Tables>, dagId: string, runId: string, taskId: string): Promise<SpecTask | null> {
    const key = JSON.stringify([dagId, runId])
    let tasks = this.#specs.get(key)
    if (!tasks) {
      tasks = await loadTasks(db, dagId, runId)
      const oldest = this.#specs.keys().next()
      if (this.#specs.size >= MAX_SPECS && !oldest.done) this.#specs.delete(oldest.value)
      this.#specs.set(key, tasks)
    }
    return tasks.get(taskId) ?? null
  }
}

const MAX_SPECS = 32

async function loadTasks(db: Kysely<Tables>, dagId: string, runId: string): Promise<ReadonlyMap<string, SpecTask>> {
  const { spec } = await db
    .selectFrom('dag_run')
    .select('spec')
    .where('dag_id', '=', dagId)
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow(() => new Error(`there is no run ${runId} of DAG ${dagId}`))
  const { tasks } = JSON.parse(spec) as DagSpec
  const mappers = new Map(
    tasks.flatMap(({ taskId, map }) => (map?.kind === 'task' ? [[map.taskId, taskId] as const] : [])),
  )
  return new Map(
    tasks.map((task) => [
      task.taskId,
      { task, resultMustBeArrayFor: task.map === null ? (mappers.get(task.taskId) ?? null) : null },
    ]),
  )
}
