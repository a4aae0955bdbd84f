import type { KubeObject } from '../../storage/kube-object.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { checkConfigKey, checkDnsSubdomain } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { plainResource } from './plain-resource.ts'
import { AGE_COLUMN, ageOf, NAME_COLUMN, partOf } from './resource-definition.ts'

/** No more than this in all values of a config map or a secret. */
export const MAX_DATA_BYTES = 1024 * 1024

export type Data = Readonly<Record<string, string>>

export function dataOf(object: KubeObject, field: string): Data {
  return (object[field] ?? {}) as Data
}

/** Configuration that pods read: text by key. */
export const configMaps = plainResource({
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  validate: validateConfigMap,
  validateUpdate(next, current, errors) {
    validateMetadataUpdate(next.metadata, current.metadata, errors)
    validateStillImmutable(next, current, ['data', 'binaryData'], errors)
    validateConfigMap(next, errors)
  },
  columns: [NAME_COLUMN, { name: 'Data', description: 'Number of keys.' }, AGE_COLUMN],
  row: (object, now) => [
    object.metadata.name,
    Object.keys(dataOf(object, 'data')).length + Object.keys(dataOf(object, 'binaryData')).length,
    ageOf(object.metadata.creationTimestamp, now),
  ],
})

function validateConfigMap(object: KubeObject, errors: FieldErrors): void {
  validateMetadata(object.metadata, { namespaced: true, checkName: checkDnsSubdomain }, errors)
  const data = dataOf(object, 'data')
  const binary = dataOf(object, 'binaryData')
  for (const key of Object.keys(data)) {
    errors.invalidAll(`data[${key}]`, key, checkConfigKey(key))
    if (key in binary) errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')
  }
  for (const key of Object.keys(binary)) errors.invalidAll(`binaryData[${key}]`, key, checkConfigKey(key))
  const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0) + decodedBytes(binary)
  if (bytes > MAX_DATA_BYTES) errors.tooLong('[]', MAX_DATA_BYTES)
}

/** How many bytes values in base64 stand for. */
export function decodedBytes(data: Data): number {
  return Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text ?? '', 'base64'), 0)
}

/** `immutable: true` can be said once, and holds for all time. */
export function validateStillImmutable(
  next: KubeObject,
  current: KubeObject,
  fields: readonly string[],
  errors: FieldErrors,
): void {
  if (partOf(current, 'immutable') !== true) return
  if (next.immutable !== true) errors.forbidden('immutable', 'field is immutable when `immutable` is set')
  for (const field of fields) {
    if (JSON.stringify(next[field]) !== JSON.stringify(current[field])) {
      errors.forbidden(field, 'field is immutable when `immutable` is set')
    }
  }
}
