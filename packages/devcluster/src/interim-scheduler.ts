import type { ClusterAccess } from './kubelet/cluster-access.ts'
import type { Pod } from './types.ts'

/** Binds every pod that waits for a node to the only one there is. */
export function startScheduler({ access, nodeName }: { access: ClusterAccess; clock: unknown; nodeName: string }): {
  stop(): void
} {
  const bind = (pod: Pod) => {
    const { nodeName: bound, schedulingGates, schedulerName } = pod.spec ?? {}
    if (bound || schedulingGates?.length || schedulerName !== 'default-scheduler' || pod.metadata?.deletionTimestamp)
      return
    access.bindPod(pod, nodeName)
    const { namespace, name } = pod.metadata ?? {}
    access.recordEvent({
      pod,
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
      component: 'default-scheduler',
    })
  }
  const stop = access.watchPods(({ type, pod }) => {
    if (type !== 'DELETED') bind(pod)
  })
  for (const pod of access.pods()) bind(pod)
  return { stop }
}
