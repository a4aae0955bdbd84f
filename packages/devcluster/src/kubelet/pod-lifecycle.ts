import type { Pod, PodCondition, PodStatus } from 'kubernetes-types/core/v1.d.ts'
import { apiTime } from '../api-time.ts'
import { type ContainerEnd, type ContainerRecord, containerStatus, isRestarted, latestEnd } from './container-record.ts'
import type { NodeEnding } from './node-ending.ts'

/** What a kubelet knows of a pod beside its containers. */
export interface PodFacts {
  readonly pod: Pod
  readonly records: readonly ContainerRecord[]
  /** When the kubelet took the pod; milliseconds since 1970. */
  readonly startedAt: number
  readonly hostIP: string
  /** The pod's surroundings stand: its volumes, its address. */
  readonly hasSandbox: boolean
  /** Nothing of the pod runs any more, and nothing will be started again. */
  readonly isOver: boolean
  /** Why the kubelet ended the pod; it takes the place of what the containers say. */
  readonly ending?: NodeEnding
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

/** The conditions that are a kubelet's own; it drops none of the others. */
export const KUBELET_CONDITIONS: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
]

/** Kubernetes: TerminatePod marks so what it finds neither running nor ended. */
const LOST: ContainerEnd = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
  id: '',
}

/**
 * The status that follows from the facts. Conditions of others, and the time of a condition's last change, are taken over
 * from `before`. Kubernetes: generateAPIPodStatus, TerminatePod, mergePodStatus.
 */
export function podStatus(facts: PodFacts, before: PodStatus, now: number): PodStatus {
  const records = facts.isOver ? settledRecords(facts) : facts.records
  const ended = facts.isOver ? facts.ending : undefined
  const phase = ended ? 'Failed' : shownPhase(podPhase(records, facts), facts, before)
  const init = records.filter(({ kind }) => kind !== 'main').map(containerStatus)
  const { reason: _reason, message: _message, ...kept } = before
  return {
    ...kept,
    ...(facts.pod.metadata?.generation === undefined ? {} : { observedGeneration: facts.pod.metadata.generation }),
    phase,
    ...(ended ? { reason: ended.reason, message: ended.message } : {}),
    hostIP: facts.hostIP,
    hostIPs: [{ ip: facts.hostIP }],
    ...(facts.hasSandbox ? { podIP: facts.hostIP, podIPs: [{ ip: facts.hostIP }] } : {}),
    startTime: apiTime(facts.startedAt),
    conditions: conditions(facts, records, phase, before.conditions ?? [], now),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: records
      .filter(({ kind }) => kind === 'main')
      .map(containerStatus)
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** A pod is not called over while something of it may run, a sidecar for one. */
function shownPhase(phase: PodPhase, { isOver }: PodFacts, before: PodStatus): PodPhase {
  const isTerminal = phase === 'Succeeded' || phase === 'Failed'
  return isTerminal && !isOver ? (before.phase === 'Running' ? 'Running' : 'Pending') : phase
}

/** The phase that the containers add up to. Kubernetes: getPhase. */
export function podPhase(
  records: readonly ContainerRecord[],
  { pod, isOver }: Pick<PodFacts, 'pod' | 'isOver'>,
): PodPhase {
  const policy = pod.spec?.restartPolicy ?? 'Always'
  const mains = records.filter(({ kind }) => kind === 'main')
  const sidecars = records.filter(({ kind }) => kind === 'sidecar')
  const inits = records.filter(({ kind }) => kind === 'init')

  const initEnds = inits.map(latestEnd)
  if (initEnds.some((end) => end && end.exitCode !== 0) && policy === 'Never') return 'Failed'
  const neverRan = (one: ContainerRecord) => one.state.kind === 'waiting' && !one.lastEnd
  const isWaiting = initEnds.includes(undefined) || [...sidecars, ...mains].some(neverRan)
  const ends = mains.map(latestEnd)
  const isRunning = [...mains, ...sidecars].some(({ state }) => state.kind === 'running')
  const hasSucceeded = ends.every((end) => end?.exitCode === 0)

  if (isOver) return !isWaiting && hasSucceeded ? 'Succeeded' : 'Failed'
  if (isWaiting) return 'Pending'
  if (isRunning) return 'Running'
  const willRestart = mains.some((main, at) => isRestarted(main, policy, ends[at]?.exitCode ?? 0))
  if (willRestart) return 'Running'
  return hasSucceeded ? 'Succeeded' : 'Failed'
}

/** At the end of a pod no container waits: it shows its last end, or counts as lost once the pod was initialised. */
function settledRecords({ records }: PodFacts): ContainerRecord[] {
  const inits = records.filter(({ kind }) => kind !== 'main')
  const lastStarted = inits.findLastIndex(({ attempt }) => attempt !== undefined)
  const isInitialised = inits.every((one) => one.kind === 'sidecar' || latestEnd(one)?.exitCode === 0)
  return records.map((record) => {
    if (record.state.kind === 'terminated') return record
    const { lastEnd, ...rest } = record
    if (record.state.kind === 'waiting' && lastEnd) return { ...rest, state: { kind: 'terminated', end: lastEnd } }
    const isBeyond = record.kind === 'main' ? !isInitialised : inits.indexOf(record) > lastStarted
    if (isBeyond) return record
    return {
      ...record,
      state: { kind: 'terminated', end: LOST },
    }
  })
}

type Condition = Pick<PodCondition, 'status'> & { readonly reason?: string; readonly message?: string }

function conditions(
  facts: PodFacts,
  records: readonly ContainerRecord[],
  phase: PodPhase,
  before: readonly PodCondition[],
  now: number,
): PodCondition[] {
  const containersReady = containersReadyCondition(records, phase)
  const byKubelet: [string, Condition][] = [
    ['PodReadyToStartContainers', { status: facts.hasSandbox && !facts.isOver ? 'True' : 'False' }],
    ['Initialized', initialisedCondition(records, phase)],
    ['Ready', readyCondition(containersReady, facts.pod, before)],
    ['ContainersReady', containersReady],
    ['PodScheduled', { status: 'True' }],
  ]
  const disruption: [string, Condition][] =
    facts.isOver && facts.ending?.disruption !== undefined
      ? [['DisruptionTarget', { status: 'True', reason: 'TerminationByKubelet', message: facts.ending.disruption }]]
      : []
  const written = [...disruption, ...byKubelet]
  const foreign = before.filter(
    ({ type }) => !written.some(([own]) => own === type) && !KUBELET_CONDITIONS.includes(type),
  )
  const generation = facts.pod.metadata?.generation
  return [
    ...foreign,
    ...written.map(([type, { status, reason, message }]) => {
      const old = before.find((one) => one.type === type)
      return {
        type,
        ...(generation === undefined ? {} : { observedGeneration: generation }),
        status,
        // The API shows the field so for every condition of a kubelet; the types know it as text only.
        lastProbeTime: null as unknown as string,
        lastTransitionTime: old?.status === status && old.lastTransitionTime ? old.lastTransitionTime : apiTime(now),
        ...(reason ? { reason } : {}),
        ...(message ? { message } : {}),
      }
    }),
  ]
}

function containersReadyCondition(records: readonly ContainerRecord[], phase: PodPhase): Condition {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  const unready = records.filter(({ kind, state }) => kind !== 'init' && state.kind !== 'running')
  if (unready.length === 0) return { status: 'True' }
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: ${nameList(unready)}`,
  }
}

function readyCondition(containersReady: Condition, pod: Pod, before: readonly PodCondition[]): Condition {
  if (containersReady.status !== 'True') return containersReady
  const unready = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = before.find(({ type }) => type === conditionType)
    if (!condition) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    if (condition.status === 'True') return []
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`]
  })
  if (unready.length === 0) return { status: 'True' }
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: unready.join(', ') }
}

function initialisedCondition(records: readonly ContainerRecord[], phase: PodPhase): Condition {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' }
  if (records.some(({ kind, attempt }) => kind === 'main' && attempt !== undefined)) return { status: 'True' }
  const incomplete = records.filter(({ kind, state }) => {
    if (kind === 'main') return false
    if (kind === 'sidecar') return state.kind !== 'running'
    return state.kind !== 'terminated' || state.end.exitCode !== 0
  })
  if (incomplete.length === 0) return { status: 'True' }
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${nameList(incomplete)}`,
  }
}

/** As Go prints a slice of names. */
function nameList(records: readonly ContainerRecord[]): string {
  return `[${records.map(({ container }) => container.name).join(' ')}]`
}
