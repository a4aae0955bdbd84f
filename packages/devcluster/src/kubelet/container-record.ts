import type { Container, ContainerStateTerminated, ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts'
import { apiTime } from '../api-time.ts'

/** What a container of the pod is for: `init` runs to its end, `sidecar` runs beside the rest, `main` is the work. */
export type ContainerKind = 'init' | 'sidecar' | 'main'

/** What a container is doing. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly kind: 'running'; readonly startedAt: number; readonly id: string }
  | { readonly kind: 'terminated'; readonly end: ContainerEnd }

/** How one run of a container ended. Times in milliseconds since 1970. */
export interface ContainerEnd {
  readonly exitCode: number
  readonly reason: string
  readonly message: string
  /** Both are missing when the container was lost. */
  readonly startedAt?: number
  readonly finishedAt?: number
  /** Empty when there was none. */
  readonly id: string
}

/** A container as its kubelet knows it: immutable, a new one for each change. */
export interface ContainerRecord {
  readonly container: Container
  readonly kind: ContainerKind
  readonly state: ContainerState
  /** Of the latest run that was started: its number, from 0; undefined before the first. */
  readonly attempt?: number
  /** The end of the run before the one that `state` tells of. */
  readonly lastEnd?: ContainerEnd
}

/** The records of a new pod: everything waits. */
export function initialRecords(pod: Pod): ContainerRecord[] {
  const init = pod.spec?.initContainers ?? []
  const reason = init.length > 0 ? 'PodInitializing' : 'ContainerCreating'
  const waiting = (container: Container, kind: ContainerKind): ContainerRecord => ({
    container,
    kind,
    state: { kind: 'waiting', reason },
  })
  return [
    ...init.map((one) => waiting(one, one.restartPolicy === 'Always' ? 'sidecar' : 'init')),
    ...(pod.spec?.containers ?? []).map((one) => waiting(one, 'main')),
  ]
}

/** Whether a container that ended so is started again. A sidecar's own policy goes before the pod's. */
export function isRestarted(record: ContainerRecord, podRestartPolicy: string, exitCode: number): boolean {
  if (record.kind === 'sidecar') return true
  if (record.kind === 'init') return exitCode !== 0 && podRestartPolicy !== 'Never'
  return podRestartPolicy === 'Always' || (podRestartPolicy === 'OnFailure' && exitCode !== 0)
}

/** The last end of the container, whether it waits for the next run or not. */
export function latestEnd(record: ContainerRecord): ContainerEnd | undefined {
  if (record.state.kind === 'terminated') return record.state.end
  return record.state.kind === 'waiting' ? record.lastEnd : undefined
}

/** The container as `status.containerStatuses` shows it. Kubernetes: convertToAPIContainerStatuses. */
export function containerStatus(record: ContainerRecord): ContainerStatus {
  const { container, state, attempt, lastEnd } = record
  const isRunning = state.kind === 'running'
  const isCompletedInit = record.kind === 'init' && state.kind === 'terminated' && state.end.exitCode === 0
  const id = state.kind === 'running' ? state.id : latestEnd(record)?.id
  return {
    name: container.name,
    state: apiState(state),
    lastState: lastEnd ? { terminated: apiEnd(lastEnd) } : {},
    ready: record.kind === 'init' ? isCompletedInit : isRunning,
    restartCount: attempt ?? 0,
    image: container.image ?? '',
    imageID: attempt === undefined ? '' : HOST_IMAGE_ID,
    ...(id ? { containerID: id } : {}),
    started: isRunning,
    ...(attempt === undefined ? {} : { resources: container.resources ?? {} }),
    ...(attempt !== undefined && container.resources?.requests
      ? { allocatedResources: container.resources.requests }
      : {}),
    ...(container.volumeMounts?.length
      ? {
          volumeMounts: container.volumeMounts.map(({ name, mountPath, readOnly }) => ({
            name,
            mountPath,
            ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
          })),
        }
      : {}),
  }
}

/** The types know text only. */
const UNKNOWN_TIME = null as unknown as string

/** Stands where a pulled image has its digest: nothing was pulled. */
const HOST_IMAGE_ID = 'davit://host'

function apiState(state: ContainerState): ContainerStatus['state'] & object {
  switch (state.kind) {
    case 'waiting':
      return { waiting: { reason: state.reason, ...(state.message ? { message: state.message } : {}) } }
    case 'running':
      return { running: { startedAt: apiTime(state.startedAt) } }
    case 'terminated':
      return { terminated: apiEnd(state.end) }
  }
}

function apiEnd(end: ContainerEnd): ContainerStateTerminated {
  return {
    exitCode: end.exitCode,
    reason: end.reason,
    ...(end.message ? { message: end.message } : {}),
    // A time that nobody knows is null, as Go writes its zero time.
    startedAt: end.startedAt === undefined ? UNKNOWN_TIME : apiTime(end.startedAt),
    finishedAt: end.finishedAt === undefined ? UNKNOWN_TIME : apiTime(end.finishedAt),
    ...(end.id ? { containerID: end.id } : {}),
  }
}
