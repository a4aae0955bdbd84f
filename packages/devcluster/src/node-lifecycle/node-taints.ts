import { apiTime } from '../api-time.ts'
import type { Node, Taint } from '../types.ts'

const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'

/** Which taint a condition stands for, by type and status. Kubernetes: nodeConditionToTaintKeyStatusMap. */
const BY_CONDITION: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
}
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'

/** The keys of taints that nobody but the controller writes, or takes away. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  NoSchedule: [...Object.values(BY_CONDITION).flatMap((byStatus) => Object.values(byStatus)), UNSCHEDULABLE],
  NoExecute: [NOT_READY, UNREACHABLE],
}

/**
 * The taints that a node should have: those that its conditions stand for, and whatever others gave it; null when it has
 * them. A node that is not ready takes nothing new, and pods that do not tolerate it are evicted. Kubernetes: doNoScheduleTaintingPass,
 * doNoExecuteTaintingPass.
 */
export function nodeTaints({ spec, status }: Node, now: number): readonly Taint[] | null {
  const before = spec?.taints ?? []
  const conditions = status?.conditions ?? []
  const keys = conditions.flatMap((one) => BY_CONDITION[one.type]?.[one.status] ?? [])
  const ready = conditions.flatMap((one) => (one.type === 'Ready' ? (BY_CONDITION.Ready?.[one.status] ?? []) : []))
  const wanted = [
    ...[...keys, ...(spec?.unschedulable ? [UNSCHEDULABLE] : [])].map((key) => ({ key, effect: 'NoSchedule' })),
    ...ready.map((key) => ({ key, effect: 'NoExecute' })),
  ]
  const kept = before.filter((taint) => !OWN[taint.effect]?.includes(taint.key) || wanted.some(isLike(taint)))
  const added = wanted.filter((taint) => !kept.some(isLike(taint)))
  if (kept.length === before.length && added.length === 0) return null
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: apiTime(now) }))]
}

function isLike({ key, effect }: Taint): (taint: Taint) => boolean {
  return (taint) => taint.key === key && taint.effect === effect
}
