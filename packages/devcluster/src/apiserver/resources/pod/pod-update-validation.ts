import { isDeepStrictEqual } from 'node:util'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateAffinityChange, withNodeAffinityOf } from './affinity-change.ts'
import { MAX_INT32, type PodSpec, type Toleration } from './pod-spec.ts'
import { validateTolerations } from './toleration-validation.ts'

const UPDATABLE =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
  '`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/**
 * Checks what may change of a pod's spec (Kubernetes: ValidatePodUpdate). Where Kubernetes shows a difference of its
 * internal objects behind the list of what may change, this names the fields.
 */
export function validatePodUpdate(next: PodSpec, current: PodSpec, errors: FieldErrors): void {
  if (!validateSameContainers(next, current, errors)) return
  if (!validateDeadline(next.activeDeadlineSeconds, current.activeDeadlineSeconds, errors)) return
  validateTolerationsOnlyAdded(next, current, errors)
  validateGatesOnlyRemoved(next, current, errors)
  if (isDeepStrictEqual(next, current)) return
  const isGated = (current.schedulingGates?.length ?? 0) > 0
  if (isGated) validateGatedChange(next, current, errors)
  const rest = withoutUpdatable(next, current)
  const changed = changedFields(isGated ? withoutUpdatableOfGated(rest, current) : rest, current)
  if (changed.length > 0) {
    errors.forbidden('spec', `pod updates may not change fields other than ${UPDATABLE}\n${changed.join('\n')}\n`)
  }
}

function validateSameContainers(next: PodSpec, current: PodSpec, errors: FieldErrors): boolean {
  for (const kind of ['containers', 'initContainers'] as const) {
    if ((next[kind] ?? []).length !== (current[kind] ?? []).length) {
      errors.forbidden(`spec.${kind}`, 'pod updates may not add or remove containers')
      return false
    }
    for (const [index, { image = '' }] of (next[kind] ?? []).entries()) {
      const path = `spec.${kind}[${index}].image`
      if (image.trim() === '') errors.required(path)
      if (image !== image.trim()) errors.invalid(path, image, 'must not have leading or trailing whitespace')
    }
  }
  return true
}

/** It may only come nearer. */
function validateDeadline(deadline: number | undefined, before: number | undefined, errors: FieldErrors): boolean {
  const path = 'spec.activeDeadlineSeconds'
  if (deadline === undefined) {
    if (before !== undefined) errors.invalid(path, null, 'must not update from a positive integer to nil value')
    return true
  }
  if (deadline < 0 || deadline > MAX_INT32) {
    errors.invalid(path, deadline, `must be between 0 and ${MAX_INT32}, inclusive`)
    return false
  }
  if (before === undefined || before >= deadline) return true
  errors.invalid(path, deadline, 'must be less than or equal to previous value')
  return false
}

function validateTolerationsOnlyAdded(next: PodSpec, current: PodSpec, errors: FieldErrors): void {
  const rest = ({ tolerationSeconds: _, ...toleration }: Toleration) => toleration
  const kept = (next.tolerations ?? []).map(rest)
  const areKept = (current.tolerations ?? []).every((old) => kept.some((one) => isDeepStrictEqual(one, rest(old))))
  if (areKept) validateTolerations(next.tolerations ?? [], errors)
  else errors.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
}

function validateGatesOnlyRemoved(next: PodSpec, current: PodSpec, errors: FieldErrors): void {
  const before = new Set((current.schedulingGates ?? []).map(({ name }) => name))
  // Of a name that comes twice, Kubernetes speaks once, of its last place.
  const places = new Map((next.schedulingGates ?? []).map(({ name }, index) => [name, index]))
  for (const [name, index] of places) {
    if (before.has(name)) continue
    const path = `spec.schedulingGates[${index}].name`
    errors.forbidden(path, `only deletion is allowed, but found new scheduling gate '${name}'`)
  }
}

/** Where a pod that is held back may go can be narrowed. */
function validateGatedChange(next: PodSpec, current: PodSpec, errors: FieldErrors): void {
  const { nodeSelector } = next
  const isKept = Object.entries(current.nodeSelector ?? {}).every(([key, value]) => nodeSelector?.[key] === value)
  if (!isKept) {
    const text = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    errors.invalid('spec.nodeSelector', nodeSelector, text)
  }
  validateAffinityChange(next.affinity?.nodeAffinity, current.affinity?.nodeAffinity, errors)
}

/** The spec with everything that may change put back to what it was. */
function withoutUpdatable(next: PodSpec, current: PodSpec): PodSpec {
  const withImages = (kind: 'containers' | 'initContainers') =>
    next[kind]?.map((container, index) => ({ ...container, image: current[kind]?.[index]?.image ?? '' }))
  const { activeDeadlineSeconds, schedulingGates, tolerations } = current
  const initContainers = withImages('initContainers')
  return {
    ...next,
    containers: withImages('containers') ?? [],
    ...(initContainers && { initContainers }),
    activeDeadlineSeconds,
    schedulingGates,
    tolerations,
  } as PodSpec
}

function withoutUpdatableOfGated(next: PodSpec, current: PodSpec): PodSpec {
  const { nodeSelector } = current
  return { ...next, nodeSelector, affinity: withNodeAffinityOf(current.affinity, next.affinity) } as PodSpec
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
