import type { Pod, ResourceQuota } from '../../types.ts'
import { podQualityOfService } from '../resources/pod/pod-qos.ts'

type Spec = NonNullable<ResourceQuota['spec']>
type Requirement = NonNullable<NonNullable<Spec['scopeSelector']>['matchExpressions']>[number]
type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>
type Terms = NonNullable<Affinity['podAffinity']>

/** What must be true of what a quota counts: its scopes and its selector are one list. */
export function scopeRequirements({ scopes = [], scopeSelector }: Spec): readonly Requirement[] {
  const named = scopes.map((scopeName) => ({ scopeName, operator: 'Exists' }))
  return [...named, ...(scopeSelector?.matchExpressions ?? [])]
}

/** Whether a quota with this spec counts a pod (Kubernetes: podMatchesScopeFunc). */
export function isPodInScope(spec: Spec, pod: Pod): boolean {
  return scopeRequirements(spec).every((requirement) => fits(requirement, pod))
}

/** Whether a pod ends by itself at last. */
export function isTerminating({ spec }: Pod): boolean {
  return (spec?.activeDeadlineSeconds ?? -1) >= 0
}

function fits(requirement: Requirement, pod: Pod): boolean {
  const isBestEffort = podQualityOfService(pod.spec ?? { containers: [] }) === 'BestEffort'
  switch (requirement.scopeName) {
    case 'Terminating':
      return isTerminating(pod)
    case 'NotTerminating':
      return !isTerminating(pod)
    case 'BestEffort':
      return isBestEffort
    case 'NotBestEffort':
      return !isBestEffort
    case 'PriorityClass':
      return fitsClass(requirement, pod.spec?.priorityClassName ?? '')
    case 'CrossNamespacePodAffinity':
      return looksIntoNamespaces(pod.spec?.affinity ?? {})
    default:
      return false
  }
}

function fitsClass({ operator, values = [] }: Requirement, className: string): boolean {
  switch (operator) {
    case 'Exists':
      return className !== ''
    case 'DoesNotExist':
      return className === ''
    case 'In':
      return values.includes(className)
    default:
      return !values.includes(className)
  }
}

function looksIntoNamespaces({ podAffinity = {}, podAntiAffinity = {} }: Affinity): boolean {
  const terms = ({
    requiredDuringSchedulingIgnoredDuringExecution: required = [],
    preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
  }: Terms) => [...required, ...preferred.map(({ podAffinityTerm }) => podAffinityTerm)]
  return [...terms(podAffinity), ...terms(podAntiAffinity)].some(
    ({ namespaces, namespaceSelector }) => Boolean(namespaces?.length) || namespaceSelector !== undefined,
  )
}
