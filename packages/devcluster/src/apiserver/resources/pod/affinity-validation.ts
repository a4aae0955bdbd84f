import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateLabelSelector, validateRequirement } from '../../validation/label-selector-validation.ts'
import { checkDnsLabel, checkDnsSubdomain, checkQualifiedName } from '../../validation/names.ts'
import type { Affinity, PodSpec } from './pod-spec.ts'

type NodeAffinity = NonNullable<Affinity['nodeAffinity']>
type NodeTerm = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>['nodeSelectorTerms'][number]
type NodeField = NonNullable<NodeTerm['matchFields']>[number]
type PodAffinity = NonNullable<Affinity['podAffinity']>
type PodTerm = NonNullable<PodAffinity['requiredDuringSchedulingIgnoredDuringExecution']>[number]

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Checks where a pod wants to be (Kubernetes: validateAffinity). */
export function validateAffinity(affinity: Affinity | undefined, errors: FieldErrors): void {
  if (affinity?.nodeAffinity) validateNodeAffinity(affinity.nodeAffinity, 'spec.affinity.nodeAffinity', errors)
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const terms = affinity?.[kind]
    for (const [index, term] of (terms?.[REQUIRED] ?? []).entries()) {
      validatePodTerm(term, `spec.affinity.${kind}.${REQUIRED}[${index}]`, errors)
    }
    for (const [index, { weight, podAffinityTerm }] of (terms?.[PREFERRED] ?? []).entries()) {
      const path = `spec.affinity.${kind}.${PREFERRED}[${index}]`
      validateWeight(weight, path, errors)
      validatePodTerm(podAffinityTerm, `${path}.podAffinityTerm`, errors)
    }
  }
}

function validateNodeAffinity(affinity: NodeAffinity, path: string, errors: FieldErrors): void {
  const required = affinity[REQUIRED]
  if (required) {
    const terms = required.nodeSelectorTerms ?? []
    const termsPath = `${path}.${REQUIRED}.nodeSelectorTerms`
    if (terms.length === 0) errors.required(termsPath, 'must have at least one node selector term')
    for (const [index, term] of terms.entries()) validateNodeTerm(term, `${termsPath}[${index}]`, errors)
  }
  for (const [index, { weight, preference }] of (affinity[PREFERRED] ?? []).entries()) {
    const termPath = `${path}.${PREFERRED}[${index}]`
    validateWeight(weight, termPath, errors)
    validateNodeTerm(preference, `${termPath}.preference`, errors, { mayHaveAnyValue: true })
  }
}

function validateWeight(weight: number, path: string, errors: FieldErrors): void {
  if (weight < 1 || weight > 100) errors.invalid(`${path}.weight`, weight, 'must be in the range 1-100')
}

function validateNodeTerm(term: NodeTerm, path: string, errors: FieldErrors, { mayHaveAnyValue = false } = {}): void {
  for (const [index, requirement] of (term.matchExpressions ?? []).entries()) {
    validateRequirement(requirement, `${path}.matchExpressions[${index}]`, errors, {
      mayCompare: true,
      mayHaveAnyValue,
    })
  }
  for (const [index, requirement] of (term.matchFields ?? []).entries()) {
    validateNodeField(requirement, `${path}.matchFields[${index}]`, errors)
  }
}

/** Of nodes' fields only the name can be selected by. */
function validateNodeField({ key, operator, values = [] }: NodeField, path: string, errors: FieldErrors): void {
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.invalid(`${path}.operator`, operator, 'not a valid selector operator')
  } else if (values.length !== 1) {
    errors.required(
      `${path}.values`,
      "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
    )
  }
  if (key !== 'metadata.name') {
    errors.invalid(`${path}.key`, key, 'not a valid field selector key')
    return
  }
  for (const [index, value] of values.entries()) {
    errors.invalidAll(`${path}.values[${index}]`, value, checkDnsSubdomain(value))
  }
}

function validatePodTerm(term: PodTerm, path: string, errors: FieldErrors): void {
  validateLabelSelector(term.labelSelector, `${path}.labelSelector`, errors)
  validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`, errors)
  for (const name of term.namespaces ?? []) errors.invalidAll(`${path}.namespace`, name, checkDnsLabel(name))
  const { topologyKey = '' } = term
  if (topologyKey === '') errors.required(`${path}.topologyKey`, 'can not be empty')
  errors.invalidAll(`${path}.topologyKey`, topologyKey, checkQualifiedName(topologyKey))
}

/** Terms that select no pod at all, because they have no selector. */
export function affinityWarnings({ affinity }: PodSpec): readonly string[] {
  const warning = (path: string) => `${path}.labelSelector: a null labelSelector results in matching no pod`
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) => [
    ...(affinity?.[kind]?.[REQUIRED] ?? []).flatMap(({ labelSelector }, index) =>
      labelSelector ? [] : [warning(`spec.affinity.${kind}.${REQUIRED}[${index}]`)],
    ),
    ...(affinity?.[kind]?.[PREFERRED] ?? []).flatMap(({ podAffinityTerm }, index) =>
      podAffinityTerm.labelSelector ? [] : [warning(`spec.affinity.${kind}.${PREFERRED}[${index}].podAffinityTerm`)],
    ),
  ])
}
