import { type ExecutorOptions, LaunchPodBuilder, type Pod, resolveConfig, systemClock } from '@davit/executor'
import type { JsonValue, TaskSpec } from '../dag/dag-spec.ts'
import type { Problem } from '../dag/problem.ts'
import { xcomReferences } from '../dag/render-container.ts'
import type { BuiltWorkload } from '../scheduler/executor-port.ts'
import { podForContainerTask } from '../worker/task-pods.ts'
import { buildWorkload, type WorkloadParts, workloadOf } from './build-workload.ts'
import type { PreparedRun } from './prepare-run.ts'
import { runIdOf } from './run-id.ts'

/** What a pod's build depends on beside the DAG. */
export interface PodSurroundings {
  /** Its namespaces are those that an override may name. */
  readonly config: ExecutorOptions & { readonly deployment: string }
  readonly worker: WorkloadParts['worker']
}

/**
 * The pods of a DAG's tasks as the first try would launch them, without launching them; mapped tasks once for each item
 * that is known. Templates over what only a run knows, results and their items, stay as they were written. Finds the
 * problems of all tasks.
 */
export async function buildPods(
  prepared: PreparedRun,
  tasks: readonly TaskSpec[],
  { config: given, worker }: PodSurroundings,
): Promise<{ readonly pods: readonly Pod[]; readonly problems: readonly Problem[] }> {
  const { dag, file, params, options } = prepared
  const { dagId, runId } = runIdOf(prepared)
  const parts = {
    dag,
    run: { dagId, runId, logicalDate: options.logicalDate, params },
    worker,
    results: async () => ({}),
  }
  const config = resolveConfig(given)
  const builder = new LaunchPodBuilder({ config, jobId: given.deployment, clock: systemClock })
  const pods: Pod[] = []
  const problems: Problem[] = []
  for (const task of tasks) {
    for (const { mapIndex, mapItem } of knownInstances(task)) {
      try {
        const built = needsRun(task) ? unrendered(task) : await buildWorkload(task, { mapItem }, parts)
        if ('failure' in built) throw new Error(built.failure.message)
        const { podOverride = null, podPatch = null, podTemplateFile = null } = built.executorConfig ?? {}
        const key = { dagId, runId, taskId: task.taskId, tryNumber: 1, mapIndex }
        const workload = { key, args: built.args, podOverride, podPatch, podTemplateFile, infrastructureRetries: 0 }
        pods.push(await builder.build(workload, 1))
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        problems.push({ file, path: `tasks.${task.taskId}`, message })
        break
      }
    }
  }
  return { pods, problems }
}

/** One instance for each item that the file names; of a task that maps over a result, one that stands for all. */
function knownInstances({ map }: TaskSpec): readonly { readonly mapIndex: number; readonly mapItem: JsonValue }[] {
  if (map?.kind === 'items') return map.items.map((mapItem, mapIndex) => ({ mapIndex, mapItem }))
  return [{ mapIndex: map === null ? -1 : 0, mapItem: null }]
}

/** Templates over results, or over an item that is not known yet, cannot be rendered without a run. */
function needsRun({ container, map }: TaskSpec): boolean {
  if (container === null) return false
  const named = xcomReferences(container)
  return named === 'all' || named.size > 0 || map?.kind === 'task'
}

function unrendered(task: TaskSpec): BuiltWorkload {
  return workloadOf(task, task.container === null ? {} : podForContainerTask(task, task.container))
}
