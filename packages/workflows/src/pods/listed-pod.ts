import { annotationsToKey, classifyFailure, type PodView } from '@davit/executor'
import { minutesText } from './cleanup-decision.ts'

/** A pod of a task, for people. */
export interface ListedPod {
  readonly namespace: string
  readonly name: string
  readonly dagId: string
  readonly taskId: string
  readonly runId: string | null
  readonly tryNumber: number
  /** -1: the task is not mapped. */
  readonly mapIndex: number
  /** The phase; `Terminating` while it is being deleted. */
  readonly state: string
  /** Why it waits, or how it failed. */
  readonly reason: string | null
  readonly createdAt: string | null
  readonly deployment: string
  /** The executor that answers for it. */
  readonly worker: string | null
}

/** What a pod says of its task; null for one whose annotations are broken. */
export function listedPod(pod: PodView): ListedPod | null {
  const {
    namespace = '',
    name = '',
    labels = {},
    annotations = {},
    deletionTimestamp,
    creationTimestamp,
  } = pod.metadata ?? {}
  const key = annotationsToKey(annotations)
  if (key === null) return null
  return {
    namespace,
    name,
    ...key,
    state: deletionTimestamp === undefined ? (pod.status?.phase ?? 'Unknown') : 'Terminating',
    reason: reasonOf(pod),
    createdAt: creationTimestamp ?? null,
    deployment: labels['davit-deployment'] ?? '',
    worker: labels['airflow-worker'] ?? null,
  }
}

function reasonOf(pod: PodView): string | null {
  const { phase, containerStatuses = [], conditions = [] } = pod.status ?? {}
  if (phase === 'Failed') return classifyFailure(pod).message
  if (phase !== 'Pending') return null
  const waiting = containerStatuses.find(({ state }) => state?.waiting)?.state?.waiting
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  return unscheduled?.message ?? waiting?.message ?? waiting?.reason ?? null
}

/** The columns of a pod in a table. */
export function podColumns(pod: ListedPod, nowMs: number): readonly string[] {
  const task = pod.mapIndex < 0 ? pod.taskId : `${pod.taskId}[${pod.mapIndex}]`
  const age = pod.createdAt === null ? '' : minutesText((nowMs - Date.parse(pod.createdAt)) / 60_000)
  return [pod.namespace, pod.name, pod.dagId, task, String(pod.tryNumber), pod.state, age, pod.reason ?? '']
}
