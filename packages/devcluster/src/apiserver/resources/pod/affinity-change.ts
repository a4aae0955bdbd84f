import { isDeepStrictEqual } from 'node:util'
import type { FieldErrors } from '../../validation/field-errors.ts'
import type { Affinity } from './pod-spec.ts'

type NodeAffinity = NonNullable<Affinity['nodeAffinity']>
type Term = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>['nodeSelectorTerms'][number]
type Requirement = NonNullable<Term['matchExpressions']>[number]

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'

/** Which nodes a pod wants may only be narrowed (Kubernetes: validateNodeAffinityMutation). */
export function validateAffinityChange(
  next: NodeAffinity | undefined,
  current: NodeAffinity | undefined,
  errors: FieldErrors,
): void {
  const path = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`
  const before = current?.[REQUIRED]?.nodeSelectorTerms ?? []
  const terms = next?.[REQUIRED]?.nodeSelectorTerms
  if (before.length === 0 || isDeepStrictEqual(next, current)) return
  if (before.length !== terms?.length) {
    const text = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    errors.invalid(path, terms?.map(internalForm), text)
    return
  }
  for (const [index, term] of terms.entries()) {
    if (isNarrower(term, before[index] ?? {})) continue
    errors.invalid(`${path}[${index}]`, internalForm(term), 'only additions are allowed (no mutations or deletions)')
  }
}

/** The affinity with another's wish for nodes in place of its own; none where nothing else is left of it. */
export function withNodeAffinityOf(other: Affinity | undefined, affinity: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: own, ...rest } = affinity ?? {}
  const nodeAffinity = other?.nodeAffinity
  if (isDeepStrictEqual(own, nodeAffinity)) return affinity
  if (nodeAffinity) return { nodeAffinity, ...rest }
  return other || Object.keys(rest).length > 0 ? rest : undefined
}

function isNarrower(next: Term, before: Term): boolean {
  const [expressions, fields] = [before.matchExpressions ?? [], before.matchFields ?? []]
  const [nextExpressions, nextFields] = [next.matchExpressions ?? [], next.matchFields ?? []]
  // One without any requirement selects nothing: there is nothing to narrow.
  if (expressions.length === 0 && fields.length === 0) return nextExpressions.length === 0 && nextFields.length === 0
  return beginsWith(nextExpressions, expressions) && beginsWith(nextFields, fields)
}

function beginsWith(next: readonly Requirement[], before: readonly Requirement[]): boolean {
  return isDeepStrictEqual(next.slice(0, before.length), before)
}

/** As Kubernetes shows it, which here prints what it works with. */
function internalForm({ matchExpressions, matchFields }: Term): object {
  const requirements = (list: readonly Requirement[] | undefined) =>
    list?.map(({ key, operator, values }) => ({ Key: key, Operator: operator, Values: values ?? null })) ?? null
  return { MatchExpressions: requirements(matchExpressions), MatchFields: requirements(matchFields) }
}
