import type { Clock, Timer } from './clock.ts'
import type { ClusterAccess } from './kubelet/cluster-access.ts'
import { unfitReasons } from './node-fit.ts'
import { withPodCondition } from './pod-condition.ts'
import type { Pod } from './types.ts'

/** What the scheduler needs. */
export interface SchedulerOptions {
  readonly access: ClusterAccess
  readonly clock: Clock
  /** The one node there is. */
  readonly nodeName: string
}

/** How often pods that did not fit are looked at again: the node may have changed. */
const RETRY_MS = 5_000

/**
 * Binds the pods of the default scheduler to the node, each as soon as it has no scheduling gate. One that does not fit
 * gets the condition PodScheduled=False and an event, with Kubernetes' text, and is tried again. Pods with a node's name
 * or a scheduler of their own are left alone.
 */
export function startScheduler({ access, clock, nodeName }: SchedulerOptions): { stop(): void } {
  /** Names of pods that did not fit, by uid. */
  const unscheduled = new Map<string, { namespace: string; name: string }>()
  let retry: Timer | undefined
  let isStopped = false

  const schedule = (pod: Pod) => {
    const { uid = '', namespace = '', name = '' } = pod.metadata ?? {}
    const node = access.node(nodeName)
    const problem = node ? noFitMessage(unfitReasons(pod, node)) : 'no nodes available to schedule pods'
    if (problem === undefined) {
      unscheduled.delete(uid)
      // The event first: who sees the binding finds its reason.
      access.recordEvent({
        pod,
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
        component: 'default-scheduler',
      })
      access.bindPod(pod, nodeName)
      return
    }
    const isNew = !unscheduled.has(uid)
    unscheduled.set(uid, { namespace, name })
    if (isNew) {
      access.recordEvent({
        pod,
        type: 'Warning',
        reason: 'FailedScheduling',
        message: problem,
        component: 'default-scheduler',
      })
    }
    access.updatePodStatus(pod, (status) =>
      withPodCondition(
        status,
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: problem,
          observedGeneration: pod.metadata?.generation,
        },
        clock.now(),
      ),
    )
    armRetry()
  }

  const consider = (pod: Pod) => {
    // The pod may be told of while it is being stored: it is bound afterwards.
    queueMicrotask(() => {
      const { namespace = '', name = '', uid } = pod.metadata ?? {}
      const latest = isStopped ? undefined : access.pod(namespace, name)
      if (latest && latest.metadata?.uid === uid && isSchedulable(latest)) schedule(latest)
    })
  }

  const armRetry = () => {
    if (retry || isStopped || unscheduled.size === 0) return
    retry = clock.setTimeout(() => {
      retry = undefined
      for (const { namespace, name } of [...unscheduled.values()]) {
        const pod = access.pod(namespace, name)
        if (pod) consider(pod)
      }
      armRetry()
    }, RETRY_MS)
  }

  const unwatch = access.watchPods(({ type, pod }) => {
    const uid = pod.metadata?.uid ?? ''
    if (type === 'DELETED') unscheduled.delete(uid)
    else if (isSchedulable(pod) && !unscheduled.has(uid)) consider(pod)
  })
  for (const pod of access.pods()) consider(pod)
  return {
    stop() {
      isStopped = true
      unwatch()
      retry?.cancel()
    },
  }
}

function isSchedulable({ spec, metadata, status }: Pod): boolean {
  const isOurs = (spec?.schedulerName ?? 'default-scheduler') === 'default-scheduler'
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  return isOurs && !spec?.nodeName && !spec?.schedulingGates?.length && !metadata?.deletionTimestamp && !isOver
}

/** Kubernetes: FitError, with what the preemption plugin adds when no other pod's end would help. */
function noFitMessage(reasons: readonly string[]): string | undefined {
  if (reasons.length === 0) return undefined
  const counted = reasons.map((reason) => `1 ${reason}`).sort()
  return `0/1 nodes are available: ${counted.join(', ')}. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`
}
