import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateLocalFilePath } from '../../validation/local-path.ts'
import { validateFieldReference, validateResourceReference } from './downward-validation.ts'
import type { Volume } from './pod-spec.ts'

/** A key of a config map or of a secret, and the file that it becomes. */
export interface KeyToPath {
  readonly key?: string
  readonly path?: string
  readonly mode?: number
}

type DownwardFile = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number]

/** What the downward API gives to files, beside single labels and annotations. */
const FILE_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

export function validateItem({ key = '', path: file = '', mode }: KeyToPath, path: string, errors: FieldErrors): void {
  if (key === '') errors.required(`${path}.key`)
  if (file === '') errors.required(`${path}.path`)
  validateLocalFilePath(file, `${path}.path`, errors)
  validateMode(mode, `${path}.mode`, errors)
}

export function validateDownwardFile(file: DownwardFile, path: string, errors: FieldErrors): void {
  const { path: at = '', fieldRef, resourceFieldRef, mode } = file
  if (at === '') errors.required(`${path}.path`)
  validateLocalFilePath(at, `${path}.path`, errors)
  if (fieldRef) {
    validateFieldReference(fieldRef, FILE_FIELDS, `${path}.fieldRef`, errors)
    if (resourceFieldRef) {
      errors.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
    }
  } else if (resourceFieldRef) {
    validateResourceReference(resourceFieldRef, `${path}.resourceFieldRef`, errors, { isInVolume: true })
  } else errors.required(path, 'one of fieldRef and resourceFieldRef is required')
  validateMode(mode, `${path}.mode`, errors)
}

export function validateMode(mode: number | undefined, path: string, errors: FieldErrors): void {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return
  errors.invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
}
