import { type Pod, reconcilePods } from '@davit/executor'
import { transitiveUpstream } from '../dag/check-upstream.ts'
import type { JsonValue, LoadedDag, TaskSpec } from '../dag/dag-spec.ts'
import { documentPathText } from '../dag/document-path.ts'
import { renderContainer, xcomReferences } from '../dag/render-container.ts'
import type { BuiltWorkload } from '../scheduler/executor-port.ts'
import type { BuildWorkload, WorkloadOrFailure } from '../scheduler/scheduler.ts'
import type { DagRunRow, TaskInstanceRow } from '../store/workflow-store.ts'
import { podForContainerTask, podForFunctionTask } from '../worker/task-pods.ts'

/** What pods are built from. */
export interface WorkloadParts {
  readonly dag: LoadedDag
  readonly run: Pick<DagRunRow, 'dagId' | 'runId' | 'logicalDate' | 'params'>
  /** For function tasks: the bootstrap's text, and what their pods need to find the task API. */
  readonly worker: { readonly bootstrap: string; readonly taskApiEnv: Readonly<Record<string, string>> }
  /** Results of tasks of the run, by task id. */
  readonly results: (taskIds: readonly string[]) => Promise<Readonly<Record<string, JsonValue>>>
}

/** What the scheduler asks for each try. */
export function workloadBuilder(parts: WorkloadParts): BuildWorkload {
  const tasks = new Map(parts.dag.spec.tasks.map((task) => [task.taskId, task]))
  return async (instance) => {
    const task = tasks.get(instance.taskId)
    return task ? buildWorkload(task, instance, parts) : unknownTask(instance)
  }
}

/** Builds what a try of a task runs; templates that cannot be rendered with the run's values fail it as `config`. */
export async function buildWorkload(
  task: TaskSpec,
  instance: Pick<TaskInstanceRow, 'mapItem'>,
  { dag, run, worker, results }: WorkloadParts,
): Promise<WorkloadOrFailure> {
  if (task.container === null) return workloadOf(task, podForFunctionTask(task, worker))
  const named = xcomReferences(task.container)
  // A name that is computed may be that of any task that ended before.
  const wanted = named === 'all' ? transitiveUpstream(dag.spec.tasks)(task.taskId) : named
  const rendered = renderContainer(task.container, {
    params: run.params,
    xcom: await results([...wanted]),
    dag_id: run.dagId,
    task_id: task.taskId,
    run_id: run.runId,
    logical_date: run.logicalDate,
    map_item: instance.mapItem,
  })
  if (rendered.ok) return workloadOf(task, podForContainerTask(task, rendered.container))
  const said = rendered.problems.map(({ path, message }) => `${documentPathText(path)}: ${message}`)
  const evidence = `template=${documentPathText(rendered.problems[0]?.path ?? [])}`
  return { failure: { class: 'config', evidence, message: `a template cannot be rendered: ${said.join('; ')}` } }
}

/** The workload of a task's pod: the author's override goes over what the task itself needs. */
export function workloadOf({ executorConfig, kind }: TaskSpec, pod: Pod): BuiltWorkload {
  const { podOverride, podPatch, podTemplateFile } = executorConfig ?? {}
  return {
    args: [],
    // A function's worker reports its end itself, and a second one is refused: its pod need not be kept.
    ...(kind === 'function' && { outcomeFinalizer: false }),
    executorConfig: {
      podOverride: podOverride ? reconcilePods(pod, podOverride) : pod,
      ...(podPatch && { podPatch }),
      ...(podTemplateFile === undefined ? {} : { podTemplateFile }),
    },
  }
}

function unknownTask({ taskId }: Pick<TaskInstanceRow, 'taskId'>): WorkloadOrFailure {
  return {
    failure: { class: 'config', evidence: `taskId=${taskId}`, message: `task "${taskId}" is not in the DAG file` },
  }
}
