import type {
  ContainerStateView,
  ContainerStatusView,
  ContainerView,
  ObjectMetaView,
  PodSpecView,
  PodStatusView,
  PodView,
  TerminatedView,
} from '../../kube/pod-view.ts'
import {
  DEPLOYMENT_LABEL,
  EXECUTOR_DONE_LABEL,
  LAUNCH_ANNOTATION,
  LAUNCH_LABEL,
  OWNER_LABEL,
  POD_REVOKED_LABEL,
} from '../../pods/identity-marks.ts'
import type { WatchRecord } from '../../watch/record-store.ts'
import { recordedConditions } from './recorded-conditions.ts'
import { recordedMessage } from './recorded-message.ts'
import { SharedValues, sharedText } from './shared-values.ts'

/**
 * What the cache keeps of a pod: identity, phase, reasons and times, at most about 1 KiB while it runs. `pod` is the
 * pod cut down to that, so that the pure functions on pods read records as well.
 */
export interface PodRecord extends WatchRecord {
  readonly pod: PodView
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Ours and Airflow's: what identifies the task, its owner, and what was done to the pod. */
const LABELS = [OWNER_LABEL, EXECUTOR_DONE_LABEL, POD_REVOKED_LABEL, DEPLOYMENT_LABEL, LAUNCH_LABEL]
const ANNOTATIONS = ['dag_id', 'task_id', 'run_id', 'try_number', 'map_index', LAUNCH_ANNOTATION]
/** Their values are of one pod alone. */
const OF_ONE_POD: ReadonlySet<string> = new Set([LAUNCH_LABEL, 'map_index'])
/** The container that runs the task. Airflow: `base`. */
const MAIN = 'base'

/**
 * The record of a pod, as it comes from a list or a watch: what is absent in the pod is absent in it. Made for each event, so
 * that it is written for speed: no spreads, which cost more than all the rest.
 */
export function projectPod({ metadata = {}, spec = {}, status = {} }: PodView): PodRecord {
  const { name = '', namespace: place = '', uid = '', resourceVersion = '' } = metadata
  const namespace = sharedText(place)
  const kept = { name, namespace, uid, resourceVersion }
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    pod: { metadata: metadataOf(kept, metadata), spec: specOf(spec), status: statusOf(status) },
  }
}

function metadataOf(
  { name, namespace, uid, resourceVersion }: Required<Pick<ObjectMetaView, keyof WatchRecord>>,
  metadata: ObjectMetaView,
): ObjectMetaView {
  const { creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, finalizers } = metadata
  const labels = pick(metadata.labels, LABELS)
  const annotations = pick(metadata.annotations, ANNOTATIONS)
  // Both in one literal, with the time that every stored pod has: what is added later has to be held beside the object.
  const kept: Writable<ObjectMetaView> =
    creationTimestamp === undefined
      ? { name, namespace, uid, resourceVersion, labels, annotations }
      : {
          name,
          namespace,
          uid,
          resourceVersion,
          creationTimestamp: sharedText(creationTimestamp),
          labels,
          annotations,
        }
  if (deletionTimestamp !== undefined) kept.deletionTimestamp = deletionTimestamp
  if (deletionGracePeriodSeconds !== undefined) kept.deletionGracePeriodSeconds = deletionGracePeriodSeconds
  if (finalizers?.length) kept.finalizers = finalizers
  return kept
}

function specOf(spec: PodSpecView): PodSpecView {
  const { initContainers, ephemeralContainers, nodeName, schedulingGates, activeDeadlineSeconds } = spec
  const containers = sharedContainers(spec.containers ?? [])
  const isPlain = !initContainers?.length && !ephemeralContainers?.length && !schedulingGates?.length
  if (isPlain && nodeName !== undefined && activeDeadlineSeconds === undefined)
    return plainSpecs(containers).get(nodeName, () => ({ containers, nodeName: sharedText(nodeName) }))
  const kept: Writable<PodSpecView> = { containers }
  if (initContainers?.length) kept.initContainers = sharedContainers(initContainers)
  if (ephemeralContainers?.length) kept.ephemeralContainers = sharedContainers(ephemeralContainers)
  if (nodeName !== undefined) kept.nodeName = sharedText(nodeName)
  if (schedulingGates?.length) kept.schedulingGates = schedulingGates
  if (activeDeadlineSeconds !== undefined) kept.activeDeadlineSeconds = activeDeadlineSeconds
  return kept
}

function statusOf(status: PodStatusView): PodStatusView {
  const { phase, reason, message, startTime, conditions, initContainerStatuses, containerStatuses } = status
  const kept: Writable<PodStatusView> = {}
  if (phase !== undefined) kept.phase = sharedText(phase)
  if (reason !== undefined) kept.reason = reason
  if (message !== undefined) kept.message = recordedMessage(message)
  if (startTime !== undefined) kept.startTime = sharedText(startTime)
  if (conditions?.length) kept.conditions = recordedConditions(conditions)
  if (initContainerStatuses?.length) kept.initContainerStatuses = initContainerStatuses.map(containerStatus)
  if (containerStatuses?.length) kept.containerStatuses = sharedStatuses(containerStatuses)
  return kept
}

const runningLists = new SharedValues<readonly ContainerStatusView[]>()

/** Pods whose containers started in the same second have statuses alike while they run. */
function sharedStatuses(statuses: readonly ContainerStatusView[]): readonly ContainerStatusView[] {
  let key = ''
  for (const { name, state, lastState, restartCount } of statuses) {
    if (!state?.running || lastState?.terminated) return statuses.map(containerStatus)
    key += `${name}\0${restartCount}\0${state.running.startedAt}\0`
  }
  return runningLists.get(key, () => statuses.map(containerStatus))
}

function containerStatus({ name, state, lastState, image, restartCount }: ContainerStatusView): ContainerStatusView {
  const kept: Writable<ContainerStatusView> = {
    name: sharedText(name),
    image: state?.waiting ? sharedText(image) : '',
    restartCount,
    state: stateOf(name, state),
  }
  const last = lastState?.terminated
  if (last) kept.lastState = { terminated: terminatedOf(last, '') }
  return kept
}

function stateOf(name: string, state: ContainerStateView | undefined): ContainerStateView {
  const kept: Writable<ContainerStateView> = {}
  if (state?.waiting) {
    const { reason, message } = state.waiting
    const waiting: Writable<NonNullable<ContainerStateView['waiting']>> = {}
    if (reason !== undefined) waiting.reason = sharedText(reason)
    if (message !== undefined) waiting.message = recordedMessage(message)
    kept.waiting = waiting
  }
  if (state?.running) {
    const { startedAt } = state.running
    kept.running = startedAt === undefined ? {} : { startedAt: sharedText(startedAt) }
  }
  if (state?.terminated) {
    const { terminated } = state
    const { message } = terminated
    // The main container's message is the task's result, of which not a byte may go.
    kept.terminated = terminatedOf(
      terminated,
      name === MAIN || message === undefined ? message : recordedMessage(message),
    )
  }
  return kept
}

function terminatedOf(terminated: TerminatedView, message: string | undefined): TerminatedView {
  const { exitCode, signal, reason, startedAt, finishedAt, containerID } = terminated
  const kept: Writable<TerminatedView> = { exitCode }
  if (signal !== undefined) kept.signal = signal
  if (reason !== undefined) kept.reason = reason
  if (message !== undefined) kept.message = message
  if (startedAt !== undefined) kept.startedAt = startedAt
  if (finishedAt !== undefined) kept.finishedAt = finishedAt
  if (containerID !== undefined) kept.containerID = containerID
  return kept
}

const containerLists = new SharedValues<readonly ContainerView[]>()
/** Of the pods on each node. */
const specsOf = new WeakMap<readonly ContainerView[], SharedValues<PodSpecView>>()

/** The specs that have these containers, and nothing else but a node. */
function plainSpecs(containers: readonly ContainerView[]): SharedValues<PodSpecView> {
  const known = specsOf.get(containers)
  if (known) return known
  const specs = new SharedValues<PodSpecView>()
  specsOf.set(containers, specs)
  return specs
}

/** Tasks of one kind have containers alike, so that their list is held once. */
function sharedContainers(containers: readonly ContainerView[]): readonly ContainerView[] {
  let key = ''
  for (const { name, restartPolicy, resources } of containers) {
    key += `${name}\0${restartPolicy}\0${resources?.limits?.memory}\0${resources?.requests?.memory}\0`
  }
  return containerLists.get(key, () => containers.map(container))
}

/** All containers share the room for termination messages, so their number matters. */
function container({ name, restartPolicy, resources }: ContainerView): ContainerView {
  const limit = resources?.limits?.memory
  const request = resources?.requests?.memory
  return {
    name,
    ...(restartPolicy !== undefined && { restartPolicy }),
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
