import { NamespaceNotWatchedError, PodError } from '../errors.ts'
import type { Container, Pod } from '../kube/types.ts'
import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'
import { MAIN_CONTAINER_NAME } from './construct-pod.ts'
import {
  DEPLOYMENT_LABEL,
  type IdentityMarks,
  LAUNCH_ANNOTATION,
  LAUNCH_LABEL,
  withIdentityMarks,
} from './identity-marks.ts'
import { launchNames } from './launch-name.ts'
import { taskAnnotations } from './task-annotations.ts'
import { buildLabelsForK8sExecutorPod } from './task-labels.ts'

export interface PodIdentityOptions {
  readonly deployment: string
  readonly key: TaskInstanceKey
  /** The launch's number within the try, from 1. */
  readonly number: number
  /** The owner: the label `airflow-worker`. */
  readonly schedulerJobId: string | number
  /** @default our own version */
  readonly airflowVersion?: string
}

/** What makes a pod the one of its launch, whatever template, override and hook say (I12). */
export interface PodIdentity extends IdentityMarks {
  readonly name: string
  readonly launchId: string
}

/** The identity of a launch's pod: a function of the launch and its owner alone. */
export function podIdentity(options: PodIdentityOptions): PodIdentity {
  const { key, schedulerJobId, deployment, airflowVersion } = options
  const { podName, launchId } = launchNames(options)
  const { dagId, taskId, tryNumber, mapIndex, runId } = key
  return {
    name: podName,
    launchId,
    labels: {
      ...buildLabelsForK8sExecutorPod({
        dagId,
        taskId,
        tryNumber,
        mapIndex,
        runId,
        airflowWorker: schedulerJobId,
        ...(airflowVersion === undefined ? {} : { airflowVersion }),
      }),
      [DEPLOYMENT_LABEL]: deployment,
      [LAUNCH_LABEL]: launchId,
    },
    annotations: { ...taskAnnotations({ dagId, taskId, tryNumber, mapIndex, runId }), [LAUNCH_ANNOTATION]: launchId },
  }
}

/**
 * A built pod as it is sent: with its identity, with the container `base` (the first one, when a hook renamed it), and
 * without restarts. Native sidecars, which are init containers with `restartPolicy: Always`, keep theirs.
 *
 * @param watchedNamespaces null: all
 * @throws {NamespaceNotWatchedError} `NAMESPACE_NOT_WATCHED`
 * @throws {PodError} `POD_INVALID`: no namespace, or no container is left.
 */
export function applyPodIdentity(pod: Pod, identity: PodIdentity, watchedNamespaces: readonly string[] | null): Pod {
  const namespace = pod.metadata?.namespace
  if (!namespace) throw new PodError([{ file: null, path: 'metadata.namespace', message: 'is missing' }])
  if (watchedNamespaces !== null && !watchedNamespaces.includes(namespace)) {
    throw new NamespaceNotWatchedError(namespace, watchedNamespaces)
  }
  const containers = pod.spec?.containers ?? []
  if (containers.length === 0) throw new PodError([{ file: null, path: 'spec.containers', message: 'is empty' }])
  const initContainers = pod.spec?.initContainers?.map((container) =>
    container.restartPolicy === 'Always' ? container : withoutRestarts(container),
  )
  const hasMain = containers.some(({ name }) => name === MAIN_CONTAINER_NAME)
  const { generateName: _, ...metadata } = withIdentityMarks(pod.metadata, identity)
  return {
    ...pod,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: identity.name },
    spec: {
      ...pod.spec,
      containers: containers.map((container, index) => {
        const named = hasMain || index > 0 ? container : { ...container, name: MAIN_CONTAINER_NAME }
        return withoutRestarts(named)
      }),
      ...(initContainers ? { initContainers } : {}),
      restartPolicy: 'Never',
    },
  }
}

/** Kubernetes takes a container's own wish for restarts too, which would outvote the pod's `Never`. */
function withoutRestarts(container: RestartingContainer): Container {
  const { restartPolicy: _policy, restartPolicyRules: _rules, ...once } = container
  return once
}

/** Newer than the types that we build on: `restartPolicyRules` is of Kubernetes 1.34. */
type RestartingContainer = Container & { readonly restartPolicyRules?: unknown }
