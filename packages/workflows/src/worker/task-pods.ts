import type { Pod } from '@davit/executor'
import type { TaskSpec } from '../dag/dag-spec.ts'
import { WORKER_ENV } from './protocol.ts'
import { bootstrapCommand } from './worker-code.ts'

/** The image of function tasks, unless an override names another with Node 24 or newer. */
export const FUNCTION_TASK_IMAGE = 'node:24-slim'
/** Airflow's name of the main container. */
export const MAIN_CONTAINER = 'base'
/** Kubernetes' default path of the termination message. */
const TERMINATION_LOG = '/dev/termination-log'
/**
 * What a pod may take before its code runs (pulling, creating) and after its time is up: the worker itself keeps the
 * execution timeout, the pod's deadline only ends a worker that cannot.
 */
const DEADLINE_MARGIN_SECONDS = 1_000

/**
 * What makes a pod run a function task. The launch token is not in it: the store adds it to the main container's
 * variables when the launch is recorded.
 * @param taskApiEnv as the task API tells it: where it is, and its certificate
 */
export function podForFunctionTask(
  task: TaskSpec,
  { bootstrap, taskApiEnv }: { bootstrap: string; taskApiEnv: Readonly<Record<string, string>> },
): Pod {
  const { executionTimeoutSeconds } = task
  return {
    spec: {
      ...(executionTimeoutSeconds !== null && {
        activeDeadlineSeconds: Math.ceil(executionTimeoutSeconds) + DEADLINE_MARGIN_SECONDS,
      }),
      containers: [
        {
          name: MAIN_CONTAINER,
          image: FUNCTION_TASK_IMAGE,
          command: [...bootstrapCommand(bootstrap)],
          terminationMessagePath: TERMINATION_LOG,
          env: [
            ...Object.entries(taskApiEnv).map(([name, value]) => ({ name, value })),
            { name: WORKER_ENV.podUid, valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
            { name: WORKER_ENV.terminationLog, value: TERMINATION_LOG },
          ],
        },
      ],
    },
  }
}

/**
 * What makes a pod run a container task.
 * @param container rendered: with the templates' values in place
 */
export function podForContainerTask(task: TaskSpec, container: NonNullable<TaskSpec['container']>): Pod {
  const { executionTimeoutSeconds } = task
  return {
    spec: {
      ...(executionTimeoutSeconds !== null && { activeDeadlineSeconds: Math.ceil(executionTimeoutSeconds) }),
      containers: [
        {
          name: MAIN_CONTAINER,
          image: container.image,
          ...(container.command && { command: [...container.command] }),
          ...(container.args && { args: [...container.args] }),
          terminationMessagePath: TERMINATION_LOG,
          env: [
            { name: WORKER_ENV.result, value: TERMINATION_LOG },
            ...Object.entries(container.env).map(([name, value]) => ({ name, value })),
          ],
        },
      ],
    },
  }
}
