import type { PodView } from '../kube/pod-view.ts'
import type { Failure } from './failure.ts'

/** A claim that is not there does not come by waiting for room. */
const MISSING_VOLUME = /persistentvolumeclaim "[^"]*" not found|ephemeral volume .* not found/i

/** Why no node took the pod; null when it has one, or waits for its gate. */
export function schedulingFailure(pod: PodView): Failure | null {
  const conditions = pod.status?.conditions ?? []
  const index = conditions.findIndex(({ type, status }) => type === 'PodScheduled' && status === 'False')
  const { reason, message = '' } = conditions[index] ?? {}
  const evidence = `status.conditions[${index}].reason=${reason}`
  if (reason === 'Unschedulable') {
    const isMissing = MISSING_VOLUME.test(message)
    const words = isMissing ? 'a volume of the pod is missing' : 'no node has room for the pod'
    return { class: isMissing ? 'config' : 'capacity', evidence, message: message ? `${words}: ${message}` : words }
  }
  if (reason === 'SchedulerError') {
    return { class: 'infrastructure', evidence, message: `the scheduler failed${message ? `: ${message}` : ''}` }
  }
  return null
}
