import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts'

/**
 * Why a container has no log to show, in the kubelet's words; undefined when it has one.
 * Kubernetes: validateContainerLogStatus.
 */
export function logUnavailability(pod: Pod, container: string, previous: boolean): string | undefined {
  const name = pod.metadata?.name
  const status = findStatus(pod, container)
  if (!status) return `container "${container}" in pod "${name}" is not available`
  const lastEnd = status.lastState?.terminated
  if (previous) {
    return lastEnd?.containerID ? undefined : `previous terminated container "${container}" in pod "${name}" not found`
  }
  const { running, terminated, waiting } = status.state ?? {}
  if (running) return undefined
  if (terminated?.containerID || lastEnd?.containerID) return undefined
  if (terminated) return `container "${container}" in pod "${name}" is terminated`
  const prefix = `container "${container}" in pod "${name}" is waiting to start`
  if (!waiting) return `${prefix} - no logs yet`
  if (waiting.reason === 'ErrImagePull') return `${prefix}: image can't be pulled`
  if (waiting.reason === 'ImagePullBackOff') return `${prefix}: trying and failing to pull image`
  return `${prefix}: ${waiting.reason ?? ''}`
}

function findStatus(pod: Pod, container: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  return [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container)
}
