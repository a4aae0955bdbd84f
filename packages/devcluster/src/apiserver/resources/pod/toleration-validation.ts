import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkLabelValue, checkQualifiedName } from '../../validation/names.ts'
import type { Toleration } from './pod-spec.ts'

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Checks which taints a pod tolerates (Kubernetes: ValidateTolerations). */
export function validateTolerations(tolerations: readonly Toleration[], errors: FieldErrors): void {
  for (const [index, toleration] of tolerations.entries()) {
    const path = `spec.tolerations[${index}]`
    const { key = '', operator = '', effect = '', tolerationSeconds } = toleration
    if (key !== '') errors.invalidAll(`${path}.key`, key, checkQualifiedName(key))
    if (key === '' && operator !== 'Exists') {
      const text = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      errors.invalid(`${path}.operator`, operator, text)
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    }
    validateOperator(toleration, `${path}.operator`, errors)
    if (effect !== '' && !TAINT_EFFECTS.includes(effect)) errors.notSupported(`${path}.effect`, effect, TAINT_EFFECTS)
  }
}

function validateOperator({ operator = '', value = '' }: Toleration, path: string, errors: FieldErrors): void {
  switch (operator) {
    case '':
    case 'Equal': {
      const problems = checkLabelValue(value)
      if (problems.length > 0) errors.invalid(path, value, problems.join(';'))
      return
    }
    case 'Exists':
      if (value !== '') errors.invalid(path, value, "value must be empty when `operator` is 'Exists'")
      return
    case 'Lt':
    case 'Gt':
      // They are known, and switched off.
      errors.notSupported(path, operator, ['Equal', 'Exists', 'Lt', 'Gt'])
      return
    default:
      errors.notSupported(path, operator, ['Equal', 'Exists'])
  }
}
