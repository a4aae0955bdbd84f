/** How a node ends a pod that it runs, or refuses one: what the pod's status says then. */
export interface NodeEnding {
  readonly reason: string
  readonly message: string
  /** The message of the condition DisruptionTarget; absent: the pod gets none. */
  readonly disruption?: string
  /** Beside the status; absent: none. */
  readonly event?: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
  /** What containers get between SIGTERM and SIGKILL. @default the pod's own */
  readonly graceSeconds?: number
}

/** Kubernetes: evictionMessage, with the thresholds that kubelets have unless they are told others. */
export const LOW_ON_MEMORY = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. '

/** An eviction by a kubelet under pressure. Kubernetes: evictPod of the eviction manager. */
export function eviction(message: string = LOW_ON_MEMORY): NodeEnding {
  return {
    reason: 'Evicted',
    message,
    disruption: message,
    event: { type: 'Warning', reason: 'Evicted', message },
    graceSeconds: 1,
  }
}

/** The end of a pod that ran for longer than its `activeDeadlineSeconds`. Kubernetes: activeDeadlineHandler. */
export function deadlineExceeded(): NodeEnding {
  const reason = 'DeadlineExceeded'
  const message = 'Pod was active on the node longer than the specified deadline'
  return { reason, message, event: { type: 'Normal', reason, message } }
}
