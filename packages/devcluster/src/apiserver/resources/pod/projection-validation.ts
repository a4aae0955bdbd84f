import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateLocalFilePath } from '../../validation/local-path.ts'
import type { Volume } from './pod-spec.ts'
import { validateDownwardFile, validateItem } from './volume-file-validation.ts'

type Projected = NonNullable<Volume['projected']>
type Source = NonNullable<Projected['sources']>[number]
type Token = NonNullable<Source['serviceAccountToken']>

const TEN_MINUTES = 600
const MAX_EXPIRATION = 2 ** 32

/** Checks what is put together in one volume (Kubernetes: validateProjectionSources); its paths are not told apart well. */
export function validateProjection({ sources }: Projected, path: string, errors: FieldErrors): void {
  const files = new Set<string>()
  const take = (file: string | undefined, shown: string | undefined) => {
    if (!file) return
    if (files.has(file)) errors.invalid(path, shown ?? '', 'conflicting duplicate paths')
    files.add(file)
  }
  for (const [index, source] of (sources ?? []).entries()) {
    const at = `${path}.sources[${index}]`
    for (const kind of ['secret', 'configMap'] as const) {
      const map = source[kind]
      if (!map) continue
      if (!map.name) errors.required(`${at}.${kind}.name`)
      for (const [position, item] of (map.items ?? []).entries()) {
        validateItem(item, `${at}.${kind}.items[${position}]`, errors)
        take(item.path, map.name)
      }
    }
    for (const file of source.downwardAPI?.items ?? []) {
      validateDownwardFile(file, `${at}.downwardAPI`, errors)
      take(file.path, file.path)
    }
    const { serviceAccountToken: token } = source
    if (token) {
      validateToken(token, at, path, errors)
      take(token.path, token.path)
    }
    if (Object.keys(source).length > 1) errors.forbidden(at, 'may not specify more than 1 volume type per source')
  }
}

function validateToken(
  { expirationSeconds = 0, path = '' }: Token,
  at: string,
  volume: string,
  errors: FieldErrors,
): void {
  if (expirationSeconds < TEN_MINUTES) {
    const text = 'may not specify a duration less than 10 minutes'
    errors.invalid(`${at}.serviceAccountToken.expirationSeconds`, expirationSeconds, text)
  }
  if (expirationSeconds > MAX_EXPIRATION) {
    const text = 'may not specify a duration larger than 2^32 seconds'
    errors.invalid(`${at}.serviceAccountToken.expirationSeconds`, expirationSeconds, text)
  }
  if (path === '') errors.required(`${volume}.path`)
  else validateLocalFilePath(path, `${volume}.path`, errors)
}
