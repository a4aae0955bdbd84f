import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateLabelSelector } from '../../validation/label-selector-validation.ts'
import type { PodSpec } from './pod-spec.ts'

type Constraint = NonNullable<PodSpec['topologySpreadConstraints']>[number]

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway']
const NODE_POLICIES = ['Honor', 'Ignore']

/** Checks how pods are to be spread (Kubernetes: validateTopologySpreadConstraints). */
export function validateTopologySpread(constraints: readonly Constraint[], errors: FieldErrors): void {
  for (const [index, constraint] of constraints.entries()) {
    const path = `spec.topologySpreadConstraints[${index}]`
    validateConstraint(constraint, path, errors)
    const { topologyKey = '', whenUnsatisfiable = '' } = constraint
    const isRepeated = constraints
      .slice(index + 1)
      .some(
        (other) => (other.topologyKey ?? '') === topologyKey && (other.whenUnsatisfiable ?? '') === whenUnsatisfiable,
      )
    if (isRepeated) {
      errors.duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`)
    }
    validateMinDomains(constraint, path, errors)
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[field]
      if (policy !== undefined && !NODE_POLICIES.includes(policy)) {
        errors.notSupported(`${path}.${field}`, policy, NODE_POLICIES)
      }
    }
    if (constraint.matchLabelKeys?.length && !constraint.labelSelector) {
      errors.forbidden(`${path}.matchLabelKeys`, 'must not be specified when labelSelector is not set')
    }
    validateLabelSelector(constraint.labelSelector, `${path}.labelSelector`, errors)
  }
}

function validateConstraint(constraint: Constraint, path: string, errors: FieldErrors): void {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '' } = constraint
  if (maxSkew <= 0) errors.invalid(`${path}.maxSkew`, maxSkew, 'must be greater than zero')
  if (topologyKey === '') errors.required(`${path}.topologyKey`, 'can not be empty')
  if (!ACTIONS.includes(whenUnsatisfiable)) errors.notSupported(`${path}.whenUnsatisfiable`, whenUnsatisfiable, ACTIONS)
}

function validateMinDomains({ minDomains, whenUnsatisfiable }: Constraint, path: string, errors: FieldErrors): void {
  if (minDomains === undefined) return
  if (minDomains <= 0) errors.invalid(`${path}.minDomains`, minDomains, 'must be greater than zero')
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`
    errors.invalid(`${path}.minDomains`, minDomains, text)
  }
}

/** Constraints that count no pod at all, because they have no selector. */
export function topologySpreadWarnings({ topologySpreadConstraints = [] }: PodSpec): readonly string[] {
  return topologySpreadConstraints.flatMap(({ labelSelector }, index) =>
    labelSelector
      ? []
      : [`spec.topologySpreadConstraints[${index}].labelSelector: a null labelSelector results in matching no pod`],
  )
}
