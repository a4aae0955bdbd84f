import type {
  Node,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Pod,
  Taint,
  Toleration,
} from 'kubernetes-types/core/v1.d.ts'
import { quantityInBillionths } from './kubelet/quantity.ts'
import { podRequests } from './pod-resources.ts'

/**
 * Why a pod does not fit on a node: the reasons of the first filter that refuses it, in the scheduler's words; empty when
 * it fits. Filters in the scheduler's order: unschedulable, name, taints, affinity, resources.
 *
 * Requests are held against the size of the node for each pod alone, not summed up: pods of the dev cluster share the
 * machine with everything else on it anyway.
 */
export function unfitReasons(pod: Pod, node: Node): string[] {
  const tolerations = pod.spec?.tolerations ?? []
  if (node.spec?.unschedulable && !tolerates(tolerations, UNSCHEDULABLE_TAINT)) return ['node(s) were unschedulable']
  if (pod.spec?.nodeName && pod.spec.nodeName !== node.metadata?.name) {
    return ["node(s) didn't match the requested node name"]
  }
  const blocking = (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
  if (blocking.some((taint) => !tolerates(tolerations, taint))) return ['node(s) had untolerated taint(s)']
  if (!matchesAffinity(pod, node)) return ["node(s) didn't match Pod's node affinity/selector"]
  const allocatable = node.status?.allocatable ?? {}
  return [...podRequests(pod)]
    .filter(([resource, { nano }]) => nano > (quantityInBillionths(allocatable[resource] ?? '0') ?? 0n))
    .map(([resource]) => `Insufficient ${resource}`)
}

const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some((toleration) => isTolerated(taint, toleration))
}

/** Whether a toleration is one of this taint. Kubernetes: ToleratesTaint. */
export function isTolerated(taint: Taint, { key, operator = 'Equal', value = '', effect }: Toleration): boolean {
  if (effect && effect !== taint.effect) return false
  if (key && key !== taint.key) return false
  if (operator === 'Exists') return true
  return key !== undefined && value === (taint.value ?? '')
}

function matchesAffinity(pod: Pod, node: Node): boolean {
  const labels = node.metadata?.labels ?? {}
  const isSelected = Object.entries(pod.spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)
  const terms =
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? undefined
  return isSelected && (terms === undefined || terms.some((term) => matchesTerm(term, node)))
}

/** A term without requirements matches nothing. */
function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false
  const fields = { 'metadata.name': node.metadata?.name ?? '' }
  return (
    matchExpressions.every((one) => matchesRequirement(one, node.metadata?.labels ?? {})) &&
    matchFields.every((one) => matchesRequirement(one, fields))
  )
}

function matchesRequirement(
  { key, operator, values = [] }: NodeSelectorRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0])
    default:
      return false
  }
}
