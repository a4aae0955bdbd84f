import type { Container, ContainerStatus, Pod } from '../../kube/types.ts'
import {
  DEPLOYMENT_LABEL,
  EXECUTOR_DONE_LABEL,
  LAUNCH_ANNOTATION,
  LAUNCH_LABEL,
  OWNER_LABEL,
  POD_REVOKED_LABEL,
} from '../../pods/identity-marks.ts'
import type { WatchRecord } from '../../watch/record-store.ts'
import { SharedValues, sharedText } from './shared-values.ts'

/**
 * What the cache keeps of a pod: identity, phase, reasons and times, at most about 1 KiB while it runs. `pod` is the
 * pod cut down to that, so that the pure functions on pods read records as well.
 */
export interface PodRecord extends WatchRecord {
  readonly pod: Pod
}

/** Ours and Airflow's: what identifies the task, its owner, and what was done to the pod. */
const LABELS = [OWNER_LABEL, EXECUTOR_DONE_LABEL, POD_REVOKED_LABEL, DEPLOYMENT_LABEL, LAUNCH_LABEL]
const ANNOTATIONS = ['dag_id', 'task_id', 'run_id', 'try_number', 'map_index', LAUNCH_ANNOTATION]
/** Their values are of one pod alone. */
const OF_ONE_POD: ReadonlySet<string> = new Set([LAUNCH_LABEL, 'map_index'])
/** Long enough for what kubelets and schedulers say; a message is for people. */
const MESSAGE_LIMIT = 512
/** The container that runs the task. Airflow: `base`. */
const MAIN = 'base'

/** The record of a pod, as it comes from a list or a watch. */
export function projectPod(pod: Pod): PodRecord {
  const { metadata = {}, spec, status = {} } = pod
  const name = metadata.name ?? ''
  const namespace = sharedText(metadata.namespace ?? '')
  const uid = metadata.uid ?? ''
  const resourceVersion = metadata.resourceVersion ?? ''
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    pod: {
      metadata: {
        name,
        namespace,
        uid,
        resourceVersion,
        ...defined('creationTimestamp', sharedText(metadata.creationTimestamp)),
        ...defined('deletionTimestamp', metadata.deletionTimestamp),
        ...defined('deletionGracePeriodSeconds', metadata.deletionGracePeriodSeconds),
        ...(metadata.finalizers?.length && { finalizers: metadata.finalizers }),
        labels: pick(metadata.labels, LABELS),
        annotations: pick(metadata.annotations, ANNOTATIONS),
      },
      spec: {
        containers: sharedContainers((spec?.containers ?? []).map(container)),
        ...(spec?.initContainers?.length && { initContainers: spec.initContainers.map(container) }),
        ...(spec?.ephemeralContainers?.length && { ephemeralContainers: spec.ephemeralContainers.map(container) }),
        ...defined('nodeName', sharedText(spec?.nodeName)),
        ...(spec?.schedulingGates?.length && { schedulingGates: spec.schedulingGates }),
        ...defined('activeDeadlineSeconds', spec?.activeDeadlineSeconds),
      },
      status: {
        ...defined('phase', status.phase),
        ...defined('reason', status.reason),
        ...defined('message', cut(status.message)),
        ...defined('startTime', sharedText(status.startTime)),
        ...conditions(status.conditions),
        ...containerStatuses('initContainerStatuses', status.initContainerStatuses),
        ...containerStatuses('containerStatuses', status.containerStatuses),
      },
    },
  }
}

type Statuses = readonly ContainerStatus[] | undefined

function containerStatuses(field: 'containerStatuses' | 'initContainerStatuses', statuses: Statuses): object {
  if (!statuses?.length) return {}
  return { [field]: statuses.map(containerStatus) }
}

function containerStatus({ name, state, lastState, image, restartCount }: ContainerStatus): ContainerStatus {
  const { waiting, running, terminated } = state ?? {}
  return {
    name,
    image: waiting ? image : '',
    imageID: '',
    ready: false,
    restartCount,
    state: {
      ...(waiting && {
        waiting: { ...defined('reason', waiting.reason), ...defined('message', cut(waiting.message)) },
      }),
      ...(running && { running: defined('startedAt', sharedText(running.startedAt)) }),
      // The main container's message is the task's result, of which not a byte may go.
      ...(terminated && {
        terminated: name === MAIN ? terminated : { ...terminated, ...defined('message', cut(terminated.message)) },
      }),
    },
    ...(lastState?.terminated && { lastState: { terminated: { ...lastState.terminated, message: '' } } }),
  }
}

type Conditions = NonNullable<Pod['status']>['conditions']
type Condition = NonNullable<Conditions>[number]

/** A true condition says nothing beyond its type, save those whose time or reason counts; each is held once for all pods. */
function conditions(all: Conditions): object {
  if (!all?.length) return {}
  const kept = all.map((each) => PLAIN.get(each.status === 'True' ? each.type : '') ?? condition(each))
  const isPlain = kept.every((each) => PLAIN.get(each.type) === each)
  return { conditions: isPlain ? plainLists.get(kept.map(({ type }) => type).join(), () => kept) : kept }
}

/** The conditions of nearly every pod that runs. */
const plainLists = new SharedValues<Condition[]>()

const PLAIN: ReadonlyMap<string, Condition> = new Map(
  ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled', 'PodReadyToStartContainers'].map((type) => [
    type,
    Object.freeze({ type, status: 'True' }),
  ]),
)

function condition({ type, status, reason, message, lastTransitionTime }: Condition): Condition {
  return {
    type,
    status,
    ...defined('lastTransitionTime', lastTransitionTime),
    ...defined('reason', reason),
    ...defined('message', cut(message)),
  }
}

const containerLists = new SharedValues<Container[]>()

/** Tasks of one kind have containers alike. */
function sharedContainers(containers: Container[]): Container[] {
  return containerLists.get(JSON.stringify(containers), () => containers)
}

/** All containers share the room for termination messages, so their number matters. */
function container({
  name,
  restartPolicy,
  resources,
}: Pick<Container, 'name' | 'restartPolicy' | 'resources'>): Container {
  const limit = resources?.limits?.memory
  const request = resources?.requests?.memory
  return {
    name,
    ...defined('restartPolicy', restartPolicy),
    ...((limit || request) && {
      resources: {
        ...(limit && { limits: { memory: limit } }),
        ...(request && { requests: { memory: request } }),
      },
    }),
  }
}

function pick(from: Readonly<Record<string, string>> | undefined, names: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of names) {
    const value = from?.[name]
    if (value !== undefined) kept[name] = OF_ONE_POD.has(name) ? value : sharedText(value)
  }
  return kept
}

function defined<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]: V })
}

function cut(text: string | undefined): string | undefined {
  return text !== undefined && text.length > MESSAGE_LIMIT ? `${text.slice(0, MESSAGE_LIMIT - 1)}…` : text
}
