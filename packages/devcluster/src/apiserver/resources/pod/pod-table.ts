import type { Pod } from '../../../types.ts'
import { AGE_COLUMN, ageOf, humanDuration, NAME_COLUMN, type TableColumn } from '../resource-definition.ts'

export const podColumns: readonly TableColumn[] = [
  NAME_COLUMN,
  { name: 'Ready', description: 'Containers that are ready, of all.' },
  { name: 'Status', description: 'What the pod does, or what is in its way.' },
  { name: 'Restarts', description: 'How often its containers were started again, and when last.' },
  AGE_COLUMN,
  { name: 'IP', description: 'Address of the pod.', priority: 1 },
  { name: 'Node', description: 'Node that runs the pod.', priority: 1 },
  { name: 'Nominated Node', description: 'Node that is being cleared for the pod.', priority: 1 },
  { name: 'Readiness Gates', description: 'Conditions of its own that are true, of all.', priority: 1 },
]

/** A pod's line in `kubectl get pods` (Kubernetes: printPod). */
export function podRow(pod: Pod, now: number): readonly (string | number)[] {
  const { metadata = {}, spec, status = {} } = pod
  const containers = spec?.containers ?? []
  const statuses = status.containerStatuses ?? []
  const ready = statuses.filter((container) => container.ready && container.state?.running).length
  const readinessGates = spec?.readinessGates ?? []
  const gatesPassed = readinessGates.filter(({ conditionType }) =>
    status.conditions?.some(({ type, status: value }) => type === conditionType && value === 'True'),
  ).length
  return [
    metadata.name ?? '',
    `${ready}/${containers.length}`,
    podStatusText(pod),
    restartsText(pod, now),
    ageOf(metadata.creationTimestamp, now),
    status.podIP || '<none>',
    spec?.nodeName || '<none>',
    status.nominatedNodeName || '<none>',
    readinessGates.length === 0 ? '<none>' : `${gatesPassed}/${readinessGates.length}`,
  ]
}

function podStatusText(pod: Pod): string {
  const { status = {}, spec } = pod
  const gated = status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated')
  let text = status.reason || (gated ? 'SchedulingGated' : status.phase) || ''
  const initialising = initText(pod)
  if (initialising) text = initialising
  else {
    let isAnyRunning = false
    for (const container of [...(status.containerStatuses ?? [])].reverse()) {
      const { waiting, terminated, running } = container.state ?? {}
      if (waiting?.reason) text = waiting.reason
      else if (terminated?.reason) text = terminated.reason
      else if (terminated) {
        text = terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
      } else if (container.ready && running) isAnyRunning = true
    }
    const isReady = status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')
    if (text === 'Completed' && isAnyRunning) text = isReady ? 'Running' : 'NotReady'
  }
  if (pod.metadata?.deletionTimestamp) {
    if (status.reason === 'NodeLost') return 'Unknown'
    if (status.phase !== 'Succeeded' && status.phase !== 'Failed') return 'Terminating'
  }
  return text || (spec ? 'Unknown' : '')
}

/** What the first unfinished init container is at; undefined when all are done. */
function initText({ spec, status }: Pod): string | undefined {
  const containers = spec?.initContainers ?? []
  for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
    const { waiting, terminated } = container.state ?? {}
    if (terminated?.exitCode === 0) continue
    const declared = containers.find(({ name }) => name === container.name) as { restartPolicy?: string } | undefined
    if (declared?.restartPolicy === 'Always' && container.started) continue
    if (terminated) {
      if (terminated.reason) return `Init:${terminated.reason}`
      return terminated.signal ? `Init:Signal:${terminated.signal}` : `Init:ExitCode:${terminated.exitCode}`
    }
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
    return `Init:${index}/${containers.length}`
  }
  return undefined
}

function restartsText({ status = {} }: Pod, now: number): string {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  const count = all.reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0)
  const last = Math.max(
    ...all.map(({ lastState }) => Date.parse(String(lastState?.terminated?.finishedAt ?? ''))).filter(Number.isFinite),
  )
  return count > 0 && Number.isFinite(last) ? `${count} (${humanDuration(now - last)} ago)` : String(count)
}
