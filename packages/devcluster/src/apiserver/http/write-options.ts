import { goQuoted, isPrintable } from '../go-text.ts'
import { invalid } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import type { FieldValidation } from './object-body.ts'

/** Options of create, update and patch. */
export interface WriteQuery {
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
}

const MAX_FIELD_MANAGER_BYTES = 128
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn']

/**
 * Reads the options of a write.
 *
 * @throws {ApiError} 422
 */
export function readWriteOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  { isApply = false } = {},
): WriteQuery {
  const errors = new FieldErrors()
  const fieldManager = query.get('fieldManager') ?? ''
  if (isApply && fieldManager === '') errors.required('fieldManager', 'is required for apply patch')
  if (kind === 'PatchOptions' && !isApply && query.has('force')) {
    errors.forbidden('force', 'may not be specified for non-apply patch')
  }
  checkFieldManager(fieldManager, errors)
  const dryRun = checkDryRun(query.getAll('dryRun'), errors)
  const fieldValidation = query.get('fieldValidation') ?? ''
  if (!VALIDATIONS.includes(fieldValidation)) {
    errors.notSupported('fieldValidation', fieldValidation, VALIDATIONS, () => goQuoted(fieldValidation))
  }
  if (!errors.isEmpty) throw invalid(kind, '', errors, 'meta.k8s.io')
  return { dryRun, fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation) }
}

/** Who writes: nothing is made of it here, but that it is one. */
function checkFieldManager(name: string, errors: FieldErrors): void {
  if (Buffer.byteLength(name) > MAX_FIELD_MANAGER_BYTES) errors.tooLong('fieldManager', MAX_FIELD_MANAGER_BYTES)
  let position = 0
  for (const character of name) {
    if (!isPrintable(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      errors.invalid('fieldManager', name, `invalid character U+${code} (at position ${position})`)
    }
    position += Buffer.byteLength(character)
  }
}

/** `All` is the only one there is. */
export function checkDryRun(values: readonly string[], errors: FieldErrors): boolean {
  if (values.some((value) => value !== 'All')) errors.notSupported('dryRun', values, ['All'])
  return values.length > 0
}
