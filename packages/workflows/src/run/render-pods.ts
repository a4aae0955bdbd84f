import { LaunchPodBuilder, type Pod, resolveConfig, systemClock } from '@davit/executor'
import { stringify } from 'yaml'
import type { JsonValue, TaskSpec } from '../dag/dag-spec.ts'
import { nameHint } from '../dag/nearest-name.ts'
import { xcomReferences } from '../dag/render-container.ts'
import type { BuiltWorkload } from '../scheduler/executor-port.ts'
import { WORKER_ENV } from '../worker/protocol.ts'
import { podForContainerTask } from '../worker/task-pods.ts'
import { buildWorkerCode } from '../worker/worker-code.ts'
import { buildWorkload, workloadOf } from './build-workload.ts'
import { type PreparedRun, RunRefusedError } from './prepare-run.ts'

const REDACTED = '<redacted>'

/**
 * The pods of a DAG's tasks as the first try would launch them; mapped tasks once for each item that is known. What only a
 * run knows stays as it was written: results of other tasks, the task API's address, the deployment.
 * @throws {RunRefusedError} when there is no such task, or a pod cannot be built
 */
export async function renderPods(
  { dag, params, options }: PreparedRun,
  taskId: string | undefined,
): Promise<{ readonly pods: readonly Pod[]; readonly yaml: string }> {
  const ids = dag.spec.tasks.map((task) => task.taskId)
  if (taskId !== undefined && !ids.includes(taskId)) {
    throw cannotRender('--task', `no task "${taskId}"`, nameHint(taskId, ids, 'tasks'))
  }
  const run = {
    dagId: dag.spec.dagId,
    runId: `manual__${options.logicalDate}`,
    logicalDate: options.logicalDate,
    params,
  }
  const { bootstrap } = await buildWorkerCode()
  const taskApiEnv = { [WORKER_ENV.url]: options.taskApi.url ?? '<the task API>', [WORKER_ENV.launchToken]: REDACTED }
  const parts = { dag, run, worker: { bootstrap, taskApiEnv }, results: async () => ({}) }
  const builder = new LaunchPodBuilder({
    config: resolveConfig({ deployment: 'render' }),
    jobId: 'render',
    clock: systemClock,
  })
  const pods: Pod[] = []
  for (const task of dag.spec.tasks.filter((one) => taskId === undefined || one.taskId === taskId)) {
    for (const { mapIndex, mapItem } of knownInstances(task)) {
      const built = needsRun(task) ? unrendered(task) : await buildWorkload(task, { mapItem }, parts)
      if ('failure' in built) throw cannotRender(`tasks.${task.taskId}`, built.failure.message)
      const { podOverride = null, podTemplateFile = null } = built.executorConfig ?? {}
      const key = { dagId: run.dagId, runId: run.runId, taskId: task.taskId, tryNumber: 1, mapIndex }
      const workload = {
        key,
        args: built.args,
        podOverride,
        podTemplateFile,
        priority: 1,
        queue: null,
        infrastructureRetries: 0,
        launchNumber: 1,
      }
      const pod = await builder.build(workload, 1).catch((error: Error) => {
        throw cannotRender(`tasks.${task.taskId}`, error.message)
      })
      pods.push(pod)
    }
  }
  return { pods, yaml: pods.map((pod) => `---\n${podYaml(pod)}`).join('') }
}

/** In the order in which people read pods. */
function podYaml({ apiVersion, kind, metadata, ...rest }: Pod): string {
  return stringify({ apiVersion, kind, metadata, ...rest }, { lineWidth: 0 })
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

function cannotRender(path: string, message: string, hint?: string): RunRefusedError {
  const problem = { file: null, path, message, ...(hint === undefined ? {} : { hint }) }
  return new RunRefusedError('OPTION_INVALID', 'cannot render the pods', [problem])
}
