import type { FieldErrors } from './field-errors.ts'

/** A path that stays below where it begins (Kubernetes: validateLocalDescendingPath). */
export function validateLocalPath(value: string, path: string, errors: FieldErrors): void {
  if (value.startsWith('/')) errors.invalid(path, value, 'must be a relative path')
  validateNoBacksteps(value, path, errors)
}

/** One that is also not named as the kubelet names what it keeps beside (ValidateLocalNonReservedPath). */
export function validateLocalFilePath(value: string, path: string, errors: FieldErrors): void {
  validateLocalPath(value, path, errors)
  if (value.startsWith('..') && !value.startsWith('../')) errors.invalid(path, value, "must not start with '..'")
}

export function validateNoBacksteps(value: string, path: string, errors: FieldErrors): void {
  if (value.split('/').includes('..')) errors.invalid(path, value, "must not contain '..'")
}
