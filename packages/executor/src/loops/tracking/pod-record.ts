import type {
  ContainerStateView,
  ContainerStatusView,
  ContainerView,
  PodSpecView,
  PodStatusView,
  PodView,
  TerminatedView,
} from '../../kube/pod-view.ts'
import type { WatchRecord } from '../../watch/record-store.ts'
import { plainOrder, recordedConditions } from './recorded-conditions.ts'
import { recordedMessage } from './recorded-message.ts'
import { RecordedMetadata } from './recorded-metadata.ts'
import { SharedValues, sharedText } from './shared-values.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The container that runs the task. Airflow: `base`. */
const MAIN = 'base'

/**
 * What the cache keeps of a pod: the pod cut down to identity, phase, reasons and times, so that the pure functions on pods
 * read records as well. What pods have alike while they run is held once, which leaves some 150 bytes for each.
 */
export class PodRecord implements WatchRecord, PodView {
  readonly metadata: RecordedMetadata
  readonly spec: PodSpecView
  readonly status: PodStatusView

  constructor(metadata: RecordedMetadata, spec: PodSpecView, status: PodStatusView) {
    this.metadata = metadata
    this.spec = spec
    this.status = status
  }

  get name(): string {
    return this.metadata.name
  }

  get namespace(): string {
    return this.metadata.namespace
  }

  get uid(): string {
    return this.metadata.uid
  }

  get resourceVersion(): string {
    return this.metadata.resourceVersion
  }
}

/**
 * The record of a pod, as it comes from a list or a watch: what is absent in the pod is absent in it. Made for each event, so
 * that it is written for speed: no spreads, which cost more than all the rest.
 */
export function projectPod({ metadata = {}, spec = {}, status = {} }: PodView): PodRecord {
  return new PodRecord(new RecordedMetadata(metadata), specOf(spec), statusOf(status))
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

const plainStatuses = new SharedValues<PodStatusView>()
const runningLists = new SharedValues<readonly ContainerStatusView[]>()

/** Pods whose containers started in the same second have statuses alike while they run. */
function statusOf(status: PodStatusView): PodStatusView {
  const { phase, reason, message, startTime, conditions, initContainerStatuses, containerStatuses } = status
  const running = containerStatuses?.length ? runningKey(containerStatuses) : ''
  const order = conditions?.length ? plainOrder(conditions) : 0
  const isPlain = reason === undefined && message === undefined && !initContainerStatuses?.length
  if (isPlain && running !== null && order !== null) {
    return plainStatuses.get(`${phase}\0${startTime}\0${order}\0${running}`, () => recordedStatus(status))
  }
  return recordedStatus(status)
}

function recordedStatus(status: PodStatusView): PodStatusView {
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

function sharedStatuses(statuses: readonly ContainerStatusView[]): readonly ContainerStatusView[] {
  const key = runningKey(statuses)
  return key === null ? statuses.map(containerStatus) : runningLists.get(key, () => statuses.map(containerStatus))
}

/** What tells statuses apart of which all run; null when not all do. */
function runningKey(statuses: readonly ContainerStatusView[]): string | null {
  let key = ''
  for (const { name, state, lastState, restartCount } of statuses) {
    if (!state?.running || lastState?.terminated) return null
    key += `${name}\0${restartCount}\0${state.running.startedAt}\0`
  }
  return key
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
