import type { Pod } from '../../../types.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { MAX_INT32 } from './pod-validation.ts'

type Spec = NonNullable<Pod['spec']>

const UPDATABLE =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
  '`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/**
 * Checks what may change of a pod's spec (Kubernetes: ValidatePodUpdate). Where Kubernetes shows a difference of its
 * internal objects behind the list of what may change, this names the fields.
 */
export function validatePodUpdate(next: Spec, current: Spec, errors: FieldErrors): void {
  for (const kind of ['containers', 'initContainers'] as const) {
    if ((next[kind] ?? []).length !== (current[kind] ?? []).length) {
      errors.forbidden(`spec.${kind}`, 'pod updates may not add or remove containers')
      return
    }
    for (const [index, { image }] of (next[kind] ?? []).entries()) {
      const path = `spec.${kind}[${index}].image`
      if (!image?.trim()) errors.required(path)
      if (image !== image?.trim()) errors.invalid(path, image, 'must not have leading or trailing whitespace')
    }
  }
  const deadline = next.activeDeadlineSeconds
  const before = current.activeDeadlineSeconds
  if (deadline !== undefined) {
    if (deadline < 0 || deadline > MAX_INT32) {
      errors.invalid('spec.activeDeadlineSeconds', deadline, `must be between 0 and ${MAX_INT32}, inclusive`)
      return
    }
    if (before !== undefined && before < deadline) {
      errors.invalid('spec.activeDeadlineSeconds', deadline, 'must be less than or equal to previous value')
      return
    }
  } else if (before !== undefined) {
    errors.invalid('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value')
  }
  validateTolerationsOnlyAdded(next, current, errors)
  validateGatesOnlyRemoved(next, current, errors)
  if (current.schedulingGates?.length) validateGatedPod(next, current, errors)
  const changed = changedFields(withoutUpdatable(next, current), withoutUpdatable(current, current))
  if (changed.length > 0) {
    errors.forbidden('spec', `pod updates may not change fields other than ${UPDATABLE}\n${changed.join('\n')}\n`)
  }
}

function validateTolerationsOnlyAdded(next: Spec, current: Spec, errors: FieldErrors): void {
  const key = (toleration: object) => {
    const { tolerationSeconds: _, ...rest } = toleration as { tolerationSeconds?: number }
    return JSON.stringify(Object.entries(rest).sort())
  }
  const kept = new Set((next.tolerations ?? []).map(key))
  if ((current.tolerations ?? []).every((toleration) => kept.has(key(toleration)))) return
  errors.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
}

function validateGatesOnlyRemoved(next: Spec, current: Spec, errors: FieldErrors): void {
  const before = new Set((current.schedulingGates ?? []).map(({ name }) => name))
  for (const [index, { name }] of (next.schedulingGates ?? []).entries()) {
    if (before.has(name)) continue
    errors.forbidden(
      `spec.schedulingGates[${index}].name`,
      `only deletion is allowed, but found new scheduling gate '${name}'`,
    )
  }
}

/** The spec with everything that may change put back to what it was. */
function withoutUpdatable(next: Spec, current: Spec): Spec {
  const withImages = (kind: 'containers' | 'initContainers') =>
    (next[kind] ?? []).map((container, index) => ({ ...container, image: current[kind]?.[index]?.image }))
  return {
    ...next,
    containers: withImages('containers') as Spec['containers'],
    initContainers: withImages('initContainers') as Spec['containers'],
    activeDeadlineSeconds: current.activeDeadlineSeconds,
    schedulingGates: current.schedulingGates,
    tolerations: current.tolerations,
    ...(current.schedulingGates?.length && {
      nodeSelector: current.nodeSelector,
      affinity: withNodeAffinity(next.affinity, current.affinity),
    }),
  } as Spec
}

/** All of a pod's affinity but that to nodes, which is as it was. */
function withNodeAffinity(next: Spec['affinity'], current: Spec['affinity']): Spec['affinity'] {
  const { nodeAffinity: _, ...others } = next ?? {}
  const before = current?.nodeAffinity
  if (before === undefined && Object.keys(others).length === 0) return current
  return { ...(before && { nodeAffinity: before }), ...others }
}

/** What is not scheduled yet may be told more exactly where to go. */
function validateGatedPod(next: Spec, current: Spec, errors: FieldErrors): void {
  const { nodeSelector = {} } = next
  if (Object.entries(current.nodeSelector ?? {}).some(([key, value]) => nodeSelector[key] !== value)) {
    const text = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    errors.invalid('spec.nodeSelector', nodeSelector, text)
  }
  const before = requiredTerms(current)
  const after = requiredTerms(next)
  const path = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
  if (before.length > 0 && before.length !== after.length) {
    errors.invalid(path, after, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')
    return
  }
  for (const [index, term] of before.entries()) {
    const now = after[index] ?? {}
    if (hasOnlyMore(now, term)) continue
    errors.invalid(`${path}[${index}]`, now, 'only additions are allowed (no mutations or deletions)')
  }
}

type Term = ReturnType<typeof requiredTerms>[number]

function requiredTerms({ affinity }: Spec) {
  return affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
}

/** Whether a term's requirements are those from before and others behind them; one without any matches nothing, and stays. */
function hasOnlyMore(next: Partial<Term>, current: Term): boolean {
  const parts = ['matchExpressions', 'matchFields'] as const
  const isEmpty = (term: Partial<Term>) => parts.every((part) => !term[part]?.length)
  if (isEmpty(current)) return isEmpty(next)
  return parts.every((part) => {
    const before = current[part] ?? []
    return JSON.stringify((next[part] ?? []).slice(0, before.length)) === JSON.stringify(before)
  })
}

/** `- spec.restartPolicy: "Always"` and `+ spec.restartPolicy: "Never"` for each field that differs. */
function changedFields(next: unknown, current: unknown, path = 'spec'): string[] {
  if (JSON.stringify(next) === JSON.stringify(current)) return []
  if (isParted(next) && isParted(current)) {
    const keys = new Set([...Object.keys(current), ...Object.keys(next)])
    return [...keys].flatMap((key) => {
      const step = Array.isArray(next) ? `[${key}]` : `.${key}`
      return changedFields((next as Parts)[key], (current as Parts)[key], path + step)
    })
  }
  return [
    ...(current === undefined ? [] : [`- ${path}: ${JSON.stringify(current)}`]),
    ...(next === undefined ? [] : [`+ ${path}: ${JSON.stringify(next)}`]),
  ]
}

type Parts = Readonly<Record<string, unknown>>

function isParted(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
