import { checkExecutorConfig } from './check-executor-config.ts'
import { checkSchedule } from './check-schedule.ts'
import { checkTemplates } from './check-templates.ts'
import { checkUpstream, type GraphTask, transitiveUpstream } from './check-upstream.ts'
import { type DagDocument, isJsonObject, styledKey, type TaskDocument, taskPath } from './dag-document.ts'
import { CONTAINER_FIELDS, DAG_FIELDS, DEFAULT_FIELDS, FUNCTION_FIELDS } from './dag-fields.ts'
import type { DagSpec, JsonValue, TaskSpec } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import { nameOfJson } from './field-checks.ts'
import { Findings } from './finding.ts'
import { nameHint } from './nearest-name.ts'
import { type Checked, readFields } from './read-fields.ts'
import { checkKey } from './task-key.ts'

/** Airflow's pool for tasks that name none, and its size. */
export const DEFAULT_POOL = { name: 'default_pool', slots: 128 } as const

/** A checked DAG. The spec is whole only when there are no problems. */
export interface CheckedDag {
  readonly spec: DagSpec
  readonly found: Findings
}

/**
 * Finds every problem of a document in one pass, and fills in every default.
 * @param folder absolute: what paths in the DAG are relative to
 */
export function checkDag(document: DagDocument, folder: string): CheckedDag {
  const found = new Findings()
  found.problems.push(...document.problems)
  const { style } = document
  const dag = readFields(document.options, DAG_FIELDS, {
    path: [],
    style,
    what: 'the DAG',
    found,
    otherKeys: style === 'snake' ? ['tasks'] : [],
  })
  if (
    dag.dagId === undefined &&
    !hasKey(document.options, styledKey('dagId', style)) &&
    isJsonObject(document.options)
  ) {
    found.problem([styledKey('dagId', style)], `the DAG has no ${styledKey('dagId', style)}`, 'give it a name')
  }
  const { startDate } = checkSchedule(dag.schedule, dag.startDate, style, found)
  const defaults = readDefaults(dag.defaultArgs, document, found)
  const pools = { [DEFAULT_POOL.name]: DEFAULT_POOL.slots, ...dag.pools }
  const reading: Reading = { document, defaults, pools, folder, found }
  const tasks = document.tasks.map((task, index) => readTask(task, taskPath(task, index), reading))
  if (document.tasks.length === 0 && !document.problems.some(({ path }) => path[0] === 'tasks')) {
    found.problem(['tasks'], 'the DAG has no tasks', 'add at least one')
  }
  checkDuplicates(document, found)
  const graph = tasks.map(asGraphTask)
  checkUpstream(graph, found)
  checkAllTemplates(tasks, graph, Object.keys(dag.params ?? {}), found)
  const spec: DagSpec = {
    dagId: dag.dagId ?? '',
    description: dag.description ?? null,
    tags: dag.tags ?? [],
    schedule: dag.schedule?.trim() ?? null,
    startDate,
    catchup: dag.catchup ?? false,
    params: dag.params ?? {},
    files: dag.files ?? [],
    pools: dag.pools ?? {},
    maxActiveTasks: dag.maxActiveTasks ?? null,
    tasks: tasks.map(({ spec }) => spec),
  }
  return { spec, found }
}

interface Reading {
  readonly document: DagDocument
  readonly defaults: Checked<typeof DEFAULT_FIELDS>
  readonly pools: Readonly<Record<string, number>>
  readonly folder: string
  readonly found: Findings
}

interface ReadTask {
  readonly spec: TaskSpec
  readonly path: DocumentPath
}

function readDefaults(value: JsonValue | undefined, { style }: DagDocument, found: Findings) {
  if (value === undefined) return {}
  const path = [styledKey('defaultArgs', style)]
  return readFields(value, DEFAULT_FIELDS, { path, style, what: 'default args', found })
}

function readTask(task: TaskDocument, path: DocumentPath, reading: Reading): ReadTask {
  const { document, defaults, pools, folder, found } = reading
  const { style } = document
  const isContainer = task.kind === 'container'
  const isNoTask = style === 'snake' && !isJsonObject(task.options)
  if (typeof task.taskId === 'string') {
    checkKey(task.taskId, path, found)
  } else if (!document.problems.some((problem) => problem.path[1] === path[1] && problem.path[2] === 'taskId')) {
    const hint = 'give it a name'
    if (isNoTask) found.problem(path, `must be a task, not ${nameOfJson(task.options)}`, 'write task_id: …')
    else if (task.taskId === null) found.problem(path, `the task has no ${styledKey('taskId', style)}`, hint)
    else found.problem(path, `the task's id must be text, not ${nameOfJson(task.taskId)}`, hint)
  }
  const own: Checked<typeof CONTAINER_FIELDS> = readFields(
    isNoTask ? {} : task.options,
    isContainer ? CONTAINER_FIELDS : FUNCTION_FIELDS,
    { path, style, what: 'the options', found, otherKeys: style === 'snake' ? ['task_id'] : [] },
  )
  const all = { ...defaults, ...own }
  const pool = all.pool ?? DEFAULT_POOL.name
  const poolSlots = all.poolSlots ?? 1
  const inheritsPool = own.pool === undefined && own.poolSlots === undefined && defaults.pool !== undefined
  checkPool(pool, poolSlots, pools, [...(inheritsPool ? [styledKey('defaultArgs', style)] : path), 'pool'], found)
  if (isContainer && all.image === undefined && !hasKey(task.options, 'image') && isJsonObject(task.options)) {
    found.problem([...path, 'image'], 'a container task needs an image', 'for instance "busybox"')
  } else if (all.image?.trim() === '') {
    found.problem([...path, 'image'], 'the image is empty')
  }
  const mapTask = typeof all.map === 'string' ? all.map : undefined
  const upstream = [...new Set([...(all.upstream ?? []), ...(mapTask === undefined ? [] : [mapTask])])]
  const inheritsConfig = own.executorConfig === undefined && defaults.executorConfig !== undefined
  const configPath = [
    ...(inheritsConfig ? [styledKey('defaultArgs', style)] : path),
    styledKey('executorConfig', style),
  ]
  const spec: TaskSpec = {
    taskId: typeof task.taskId === 'string' ? task.taskId : '',
    kind: task.kind,
    upstream,
    triggerRule: all.triggerRule ?? 'all_success',
    retries: all.retries ?? 0,
    retryDelaySeconds: all.retryDelaySeconds ?? 10,
    retryExponentialBackoff: all.retryExponentialBackoff ?? false,
    maxRetryDelaySeconds: all.maxRetryDelaySeconds ?? null,
    infrastructureRetries: all.infrastructureRetries ?? 3,
    executionTimeoutSeconds: all.executionTimeoutSeconds ?? null,
    pool,
    poolSlots,
    priorityWeight: all.priorityWeight ?? 1,
    queue: all.queue ?? null,
    map: mapSource(all.map),
    skipOnExitCode: isContainer ? (all.skipOnExitCode ?? []) : [],
    container: isContainer
      ? { image: all.image ?? '', command: all.command ?? null, args: all.args ?? null, env: all.env ?? {} }
      : null,
    executorConfig:
      all.executorConfig === undefined
        ? null
        : checkExecutorConfig(all.executorConfig, {
            path: configPath,
            style,
            kind: task.kind,
            folder: folder,
            found,
          }),
  }
  return { spec, path }
}

function mapSource(map: string | readonly unknown[] | undefined): TaskSpec['map'] {
  if (map === undefined) return null
  if (typeof map === 'string') return { kind: 'task', taskId: map }
  // The document is JSON, so its lists are.
  return { kind: 'items', items: map as readonly JsonValue[] }
}

function checkPool(
  pool: string,
  poolSlots: number,
  pools: Readonly<Record<string, number>>,
  path: DocumentPath,
  found: Findings,
): void {
  const slots = Object.hasOwn(pools, pool) ? pools[pool] : undefined
  if (slots === undefined) {
    found.problem(path, `there is no pool ${JSON.stringify(pool)}`, nameHint(pool, Object.keys(pools), 'pools'))
  } else if (poolSlots > slots) {
    found.problem(
      path,
      `the task takes ${poolSlots} slots of the pool ${JSON.stringify(pool)}, which has ${slots}: it could never run`,
      'take fewer slots, or enlarge the pool',
    )
  }
}

function checkDuplicates(document: DagDocument, found: Findings): void {
  const seen = new Set<JsonValue>()
  document.tasks.forEach((task, index) => {
    if (typeof task.taskId !== 'string') return
    if (seen.has(task.taskId)) {
      const first = document.tasks.findIndex(({ taskId }) => taskId === task.taskId)
      found.problem(
        ['tasks', index],
        `duplicate task id ${JSON.stringify(task.taskId)}: tasks[${first}] has it`,
        'give one of them another id',
      )
    }
    seen.add(task.taskId)
  })
}

function asGraphTask({ spec, path }: ReadTask): GraphTask {
  if (spec.map?.kind !== 'task') return { taskId: spec.taskId, path, upstream: spec.upstream }
  const mapTask = spec.map.taskId
  return { taskId: spec.taskId, path, upstream: spec.upstream.filter((id) => id !== mapTask), mapTask }
}

function checkAllTemplates(
  tasks: readonly ReadTask[],
  graph: readonly GraphTask[],
  params: readonly string[],
  found: Findings,
): void {
  const upstreamOf = transitiveUpstream(graph)
  const taskIds = tasks.map(({ spec }) => spec.taskId)
  for (const { spec, path } of tasks) {
    if (!spec.container) continue
    const { command, args, env } = spec.container
    checkTemplates(
      { path, taskId: spec.taskId, isMapped: spec.map !== null, command: command ?? [], args: args ?? [], env },
      { params, taskIds, upstreamOf },
      found,
    )
  }
}

function hasKey(value: JsonValue, key: string): boolean {
  return isJsonObject(value) && value[key] !== undefined && value[key] !== null
}
