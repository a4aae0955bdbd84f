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
      if (!image) errors.required(`spec.${kind}[${index}].image`)
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
    ...(current.schedulingGates?.length && onlyAdded(next.nodeSelector, current.nodeSelector)
      ? { nodeSelector: current.nodeSelector }
      : {}),
  } as Spec
}

function onlyAdded(
  next: Readonly<Record<string, string>> = {},
  current: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(current).every(([key, value]) => next[key] === value)
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
