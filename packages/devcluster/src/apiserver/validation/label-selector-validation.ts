import type { FieldErrors } from './field-errors.ts'
import { checkLabelValue, checkQualifiedName } from './names.ts'
import { validateLabels } from './object-metadata.ts'

interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly Requirement[]
}

interface Requirement {
  readonly key?: string
  readonly operator?: string
  readonly values?: readonly string[]
}

/** Checks a selector that is part of an object (apimachinery: ValidateLabelSelector). */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string, errors: FieldErrors): void {
  validateLabels(selector?.matchLabels, `${path}.matchLabels`, errors)
  for (const [index, requirement] of (selector?.matchExpressions ?? []).entries()) {
    validateRequirement(requirement, `${path}.matchExpressions[${index}]`, errors)
  }
}

/** Checks one requirement on labels: of pods, and of nodes, which may also be compared with numbers. */
export function validateRequirement(
  { key = '', operator = '', values = [] }: Requirement,
  path: string,
  errors: FieldErrors,
  { mayCompare = false, mayHaveAnyValue = false } = {},
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    }
  } else if (mayCompare && (operator === 'Gt' || operator === 'Lt')) {
    if (values.length !== 1) {
      errors.required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")
    }
  } else {
    errors.invalid(`${path}.operator`, operator, 'not a valid selector operator')
  }
  errors.invalidAll(`${path}.key`, key, checkQualifiedName(key))
  if (mayHaveAnyValue) return
  for (const [index, value] of values.entries()) {
    errors.invalidAll(`${path}.values[${index}]`, value, checkLabelValue(value))
  }
}
