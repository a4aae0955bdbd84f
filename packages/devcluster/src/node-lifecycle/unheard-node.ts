import { apiTime } from '../api-time.ts'
import type { NodeStatus } from '../types.ts'

/** The conditions that a kubelet reports, and that nobody knows when it is silent. */
const TYPES = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** The status of a node of which nothing has been heard for too long. Kubernetes: tryUpdateNodeHealth. */
export function unheardStatus(status: NodeStatus, createdAt: string, now: number): NodeStatus {
  const before = status.conditions ?? []
  const missing = TYPES.filter((type) => !before.some((one) => one.type === type))
  return {
    ...status,
    conditions: [
      ...before.map((condition) =>
        !TYPES.includes(condition.type) || condition.status === 'Unknown'
          ? condition
          : {
              ...condition,
              status: 'Unknown',
              lastTransitionTime: apiTime(now),
              reason: 'NodeStatusUnknown',
              message: 'Kubelet stopped posting node status.',
            },
      ),
      ...missing.map((type) => ({
        type,
        status: 'Unknown',
        lastHeartbeatTime: createdAt,
        lastTransitionTime: apiTime(now),
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
      })),
    ],
  }
}
