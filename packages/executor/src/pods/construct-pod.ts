import { PodReconciliationError } from '../errors.ts'
import type { Container, Pod } from '../kube/types.ts'
import type { Problem } from '../problem.ts'
import { checkPod } from './check-pod.ts'
import { checkPodPatch } from './check-pod-patch.ts'
import { withIdentityMarks } from './identity-marks.ts'
import { readPodLeniently } from './read-pod-leniently.ts'
import { type ReconcileOptions, reconcilePods } from './reconcile-pods.ts'
import { strategicMerge } from './strategic-merge.ts'
import { taskAnnotations } from './task-annotations.ts'
import { buildLabelsForK8sExecutorPod } from './task-labels.ts'
import { addUniqueSuffix, MAX_POD_NAME_LENGTH } from './unique-name.ts'

/** The name of the container that runs the task. Airflow's, and log reading depends on it. */
export const MAIN_CONTAINER_NAME = 'base'

export interface ConstructPodOptions extends ReconcileOptions {
  readonly dagId: string
  readonly taskId: string
  /** The pod's name; one of more than 63 characters is cut, with a random suffix. */
  readonly podId: string
  readonly tryNumber: number
  /** Used unless the override's first container has an image; null: the template's. */
  readonly kubeImage?: string | null
  readonly date?: string | Date | null
  readonly args?: readonly string[] | null
  readonly podOverrideObject?: Pod | null
  readonly baseWorkerPod?: Pod | null
  /** A strategic merge patch of what template and override have made. Ours: it can set false, 0 and empty values, and take fields away. */
  readonly podPatch?: object | null
  readonly namespace: string
  readonly schedulerJobId: string | number
  readonly runId?: string | null
  /** @default -1, not mapped */
  readonly mapIndex?: number
  /** Unknown fields of template and override are errors; false: they are left out, as in Airflow. @default true */
  readonly strictPodFields?: boolean
  /** The label `airflow_version`. @default our own version */
  readonly airflowVersion?: string
  /** For the suffix of a name that was cut. */
  readonly random?: () => number
}

/**
 * The pod of a task: the template, what is generated for the task over it, the task's override over both, the patch of
 * all that, and then the task's identity (name, labels, annotations, the name of the first container), which none of them
 * can change (I12). Airflow: `PodGenerator.construct_pod`, but for that last step.
 *
 * @throws {PodReconciliationError} `POD_RECONCILIATION`: fields that no pod has, or parts that cannot be merged; all at once.
 */
export function constructPod(options: ConstructPodOptions): Pod {
  const { strictPodFields = true, podOverrideObject, baseWorkerPod, podPatch } = options
  const problems = [
    ...(strictPodFields ? checkPod(baseWorkerPod ?? {}, 'podTemplate') : []),
    ...(strictPodFields ? checkPod(podOverrideObject ?? {}, 'podOverride') : []),
    ...checkPodPatch(podPatch ?? {}, 'podPatch', { strict: strictPodFields }),
  ]
  if (problems.length > 0) throw new PodReconciliationError(problems)
  const read = (pod: Pod | null | undefined) => (pod && !strictPodFields ? readPodLeniently(pod) : pod)
  const generated = generatedPod(options)
  const layers = [generated, read(podOverrideObject)]
  let pod: Pod
  try {
    pod = layers.reduce<Pod>((base, layer) => reconcilePods(base, layer, options), read(baseWorkerPod) ?? {})
  } catch (error) {
    throw unmergeable(error)
  }
  const named = withTaskIdentity(pod, generated)
  return podPatch ? withTaskMarks(read(strategicMerge(named, podPatch)) ?? {}, generated) : named
}

/** What Airflow calls the dynamic pod: what is known of the task, and nothing else. */
function generatedPod(options: ConstructPodOptions): Pod {
  const { dagId, taskId, tryNumber, podId, args, namespace, runId, mapIndex = -1, date, airflowVersion } = options
  const image = options.podOverrideObject?.spec?.containers?.[0]?.image || options.kubeImage
  const isTooLong = podId.length > MAX_POD_NAME_LENGTH
  const main: Container = {
    name: MAIN_CONTAINER_NAME,
    ...(args ? { args: [...args] } : {}),
    ...(image ? { image } : {}),
    env: [{ name: 'AIRFLOW_IS_K8S_EXECUTOR_POD', value: 'True' }],
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: isTooLong ? addUniqueSuffix(podId, options.random ? { random: options.random } : {}) : podId,
      namespace,
      labels: buildLabelsForK8sExecutorPod({
        dagId,
        taskId,
        tryNumber,
        airflowWorker: options.schedulerJobId,
        mapIndex,
        logicalDate: date ?? null,
        runId: runId ?? null,
        ...(airflowVersion === undefined ? {} : { airflowVersion }),
      }),
      annotations: taskAnnotations({ dagId, taskId, tryNumber, mapIndex, runId: runId ?? null, date: date ?? null }),
    },
    spec: { containers: [main] },
  }
}

function withTaskIdentity(pod: Pod, generated: Pod): Pod {
  const [first, ...others] = pod.spec?.containers ?? []
  const twin = others.findIndex(({ name }) => name === MAIN_CONTAINER_NAME)
  if (twin >= 0) {
    throw new PodReconciliationError([
      {
        file: null,
        path: `spec.containers[${twin + 1}].name`,
        message: `only the first container can be named ${MAIN_CONTAINER_NAME}`,
        hint: 'containers are merged by their place: put the task’s own first in template and override',
      },
    ])
  }
  const containers = first === undefined ? [] : [{ ...first, name: MAIN_CONTAINER_NAME }, ...others]
  return withTaskMarks({ ...pod, spec: { ...pod.spec, containers } }, generated)
}

/** Of a patched pod any container may be the one that is named base: patches put what is new first. */
function withTaskMarks(pod: Pod, { metadata: identity }: Pod): Pod {
  const marks = { labels: identity?.labels ?? {}, annotations: identity?.annotations ?? {} }
  const name = identity?.name === undefined ? {} : { name: identity.name }
  const [first, ...others] = pod.spec?.containers ?? []
  const hasMain = [first, ...others].some((container) => container?.name === MAIN_CONTAINER_NAME)
  const containers = first === undefined || hasMain ? null : [{ ...first, name: MAIN_CONTAINER_NAME }, ...others]
  return {
    ...pod,
    metadata: { ...withIdentityMarks(pod.metadata, marks), ...name },
    ...(containers && { spec: { ...pod.spec, containers } }),
  }
}

function unmergeable(error: unknown): PodReconciliationError {
  const message = error instanceof Error ? error.message : String(error)
  const problem: Problem = { file: null, path: null, message: `template and override cannot be merged: ${message}` }
  return new PodReconciliationError([problem], { cause: error })
}
