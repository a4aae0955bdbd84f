import { constants } from 'node:os'
import type { ContainerStatusView, PodView } from '../kube/pod-view.ts'
import { MAIN_CONTAINER_NAME } from './construct-pod.ts'
import { containerStatuses } from './failure-details.ts'

/** How the container that runs the task ended. */
export interface MainContainerEnd {
  readonly containerName: string
  readonly exitCode: number
  /** The signal that ended it, by number; absent when it exited by itself. */
  readonly signal?: number
  /** The kubelet's or the runtime's word: `Completed`, `Error`, `OOMKilled`, `StartError`. */
  readonly reason?: string
  /** What the task wrote to its termination message file. */
  readonly terminationMessage?: string
  /** ISO 8601. */
  readonly startedAt?: string
  readonly endedAt?: string
  /** How many containers share the kubelet's 12,288 bytes of termination messages. */
  readonly containerCount: number
}

/** The end of the pod's main container; null while it has none. */
export function mainContainerEnd(pod: PodView): MainContainerEnd | null {
  const { container } = mainContainer(pod) ?? {}
  const terminated = container?.state?.terminated
  if (container === undefined || !terminated) return null
  const signal = signalOf(terminated)
  return {
    containerName: container.name,
    exitCode: terminated.exitCode,
    ...(signal === undefined ? {} : { signal }),
    ...(terminated.reason ? { reason: terminated.reason } : {}),
    ...(terminated.message === undefined ? {} : { terminationMessage: terminated.message }),
    ...(terminated.startedAt ? { startedAt: terminated.startedAt } : {}),
    ...(terminated.finishedAt ? { endedAt: terminated.finishedAt } : {}),
    containerCount: containerCount(pod),
  }
}

/** The status of the container `base`, or of the pod's first where none has that name; the kubelet sorts them by name. */
export function mainContainer(
  pod: PodView,
): { readonly container: ContainerStatusView; readonly index: number } | null {
  const statuses = containerStatuses(pod.status?.containerStatuses)
  const names = (pod.spec?.containers ?? []).map(({ name }) => name)
  const isNamed = [...names, ...statuses.map(({ name }) => name)].includes(MAIN_CONTAINER_NAME)
  const wanted = isNamed ? MAIN_CONTAINER_NAME : (names[0] ?? statuses[0]?.name)
  const index = statuses.findIndex(({ name }) => name === wanted)
  const container = statuses[index]
  return container === undefined ? null : { container, index }
}

/** The signal that ended a container: what the runtime says, else what shells and runtimes put into the exit code. */
export function signalOf({
  signal,
  exitCode,
}: {
  readonly signal?: number | undefined
  readonly exitCode: number
}): number | undefined {
  if (signal) return signal
  return exitCode > 128 && exitCode <= 128 + 64 ? exitCode - 128 : undefined
}

/** `signal 9 (SIGKILL)`. */
export function signalText(signal: number): string {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return name === undefined ? `signal ${signal}` : `signal ${signal} (${name})`
}

/** Kubernetes: `normalizeStatus` counts containers of all kinds. */
function containerCount({ spec, status }: PodView): number {
  const lists = spec
    ? [spec.containers, spec.initContainers, spec.ephemeralContainers]
    : [status?.containerStatuses, status?.initContainerStatuses, status?.ephemeralContainerStatuses]
  return lists.reduce((count, list) => count + (list?.length ?? 0), 0)
}
