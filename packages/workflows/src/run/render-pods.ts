import type { Pod } from '@davit/executor'
import { stringify } from 'yaml'
import { nameHint } from '../dag/nearest-name.ts'
import { WORKER_ENV } from '../worker/protocol.ts'
import { buildWorkerCode } from '../worker/worker-code.ts'
import { buildPods } from './build-pods.ts'
import { type PreparedRun, RunRefusedError } from './prepare-run.ts'

const REDACTED = '<redacted>'

/**
 * The pods of a DAG's tasks as YAML, as {@link buildPods} gives them. The task API's address and the deployment are those
 * of no run; launch tokens are redacted.
 * @param taskId only the pods of this task
 * @throws {RunRefusedError} when there is no such task, or pods cannot be built
 */
export async function renderPods(
  prepared: PreparedRun,
  taskId: string | undefined,
): Promise<{ readonly pods: readonly Pod[]; readonly yaml: string }> {
  const { tasks } = prepared.dag.spec
  const wanted = tasks.filter((task) => taskId === undefined || task.taskId === taskId)
  if (taskId !== undefined && wanted.length === 0) {
    const ids = tasks.map((task) => task.taskId)
    const problem = { file: null, path: '--task', message: `no task "${taskId}"`, hint: nameHint(taskId, ids, 'tasks') }
    throw new RunRefusedError('OPTION_INVALID', 'cannot render the pods', [problem])
  }
  const { bootstrap } = await buildWorkerCode()
  const url = prepared.options.taskApi.url ?? '<the task API>'
  const taskApiEnv = { [WORKER_ENV.url]: url, [WORKER_ENV.launchToken]: REDACTED }
  const { pods, problems } = await buildPods(prepared, wanted, {
    config: { ...prepared.options.cluster.config, deployment: 'render' },
    worker: { bootstrap, taskApiEnv },
  })
  if (problems.length > 0) throw new RunRefusedError('DAG_INVALID', 'cannot render the pods', problems)
  return { pods, yaml: pods.map((pod) => `---\n${podYaml(pod)}`).join('') }
}

/** A pod as YAML, in the order in which people read pods. */
export function podYaml({ apiVersion, kind, metadata, ...rest }: Pod): string {
  return stringify({ apiVersion, kind, metadata, ...rest }, { lineWidth: 0 })
}
