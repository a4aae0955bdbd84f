import { invalid } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import type { FieldValidation } from './object-body.ts'
import { booleanValue } from './query-values.ts'

/** Options of create, update and patch. */
export interface WriteQuery {
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
}

const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn']

/**
 * Reads the options of a write.
 *
 * @throws {ApiError} 422
 */
export function readWriteOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
): WriteQuery {
  const errors = new FieldErrors()
  if (kind === 'PatchOptions' && query.has('force') && booleanValue(query, 'force')) {
    errors.forbidden('force', 'may not be specified for non-apply patch')
  }
  const dryRun = checkDryRun(query.getAll('dryRun'), errors)
  const fieldValidation = query.get('fieldValidation') ?? ''
  if (!VALIDATIONS.includes(fieldValidation)) errors.notSupported('fieldValidation', fieldValidation, VALIDATIONS)
  if (!errors.isEmpty) throw invalid(kind, '', errors, 'meta.k8s.io')
  return { dryRun, fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation) }
}

/** `All` is the only one there is. */
export function checkDryRun(values: readonly string[], errors: FieldErrors): boolean {
  if (values.some((value) => value !== 'All')) errors.notSupported('dryRun', values, ['All'])
  return values.length > 0
}
