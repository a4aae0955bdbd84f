import type { KubeObject } from '../../storage/kube-object.ts'
import { parseJsonText } from '../schema/json-text.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { checkConfigKey, checkDnsSubdomain } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { type Data, dataOf, decodedBytes, MAX_DATA_BYTES, validateStillImmutable } from './config-map.ts'
import { keyPairProblems } from './key-pair.ts'
import { plainResource } from './plain-resource.ts'
import { AGE_COLUMN, ageOf, NAME_COLUMN, textOf } from './resource-definition.ts'

/** Confidential values that pods read, by key; stored as they are, in memory. */
export const secrets = plainResource({
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  fieldLabels: { type: (object) => textOf(object, 'type') },
  unknownFieldLabel: (label) => `field label not supported: ${label}`,
  defaults: (object) => ({ ...withStringData(object), type: textOf(object, 'type') || 'Opaque' }),
  validate: validateSecret,
  validateUpdate(next, current, errors) {
    validateMetadataUpdate(next.metadata, current.metadata, errors)
    if (next.type !== current.type) errors.invalid('type', next.type, 'field is immutable')
    validateStillImmutable(next, current, ['data'], errors)
    validateSecret(next, errors)
  },
  warnings: (object) => (object.type === 'kubernetes.io/tls' ? keyPairProblems(dataOf(object, 'data')) : []),
  columns: [
    NAME_COLUMN,
    { name: 'Type', description: 'What the secret is for.' },
    { name: 'Data', description: 'Number of keys.' },
    AGE_COLUMN,
  ],
  row: (object, now) => [
    object.metadata.name,
    textOf(object, 'type'),
    Object.keys(dataOf(object, 'data')).length,
    ageOf(object.metadata.creationTimestamp, now),
  ],
})

function validateSecret(object: KubeObject, errors: FieldErrors): void {
  validateMetadata(object.metadata, { namespaced: true, checkName: checkDnsSubdomain }, errors)
  const data = dataOf(object, 'data')
  for (const key of Object.keys(data)) errors.invalidAll(`data[${key}]`, key, checkConfigKey(key))
  if (decodedBytes(data) > MAX_DATA_BYTES) errors.tooLong('data', MAX_DATA_BYTES)
  validateContent(object, data, errors)
}

/** What must be there, by type. */
function validateContent(object: KubeObject, data: Data, errors: FieldErrors): void {
  const required = (key: string) => errors.required(`data[${key}]`)
  switch (object.type) {
    case 'kubernetes.io/service-account-token': {
      const account = 'kubernetes.io/service-account.name'
      if (!object.metadata.annotations?.[account]) errors.required(`metadata.annotations[${account}]`)
      return
    }
    case 'kubernetes.io/dockercfg':
      validateDockerConfig('.dockercfg', data, errors)
      return
    case 'kubernetes.io/dockerconfigjson':
      validateDockerConfig('.dockerconfigjson', data, errors)
      return
    case 'kubernetes.io/basic-auth':
      if ('username' in data || 'password' in data) return
      required('username')
      required('password')
      return
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) required('ssh-privatekey')
      return
    case 'kubernetes.io/tls':
      for (const key of ['tls.crt', 'tls.key']) if (!(key in data)) required(key)
  }
}

function validateDockerConfig(key: string, data: Data, errors: FieldErrors): void {
  const problem = key in data ? jsonProblem(data[key] ?? '') : undefined
  if (!(key in data)) errors.required(`data[${key}]`)
  else if (problem !== undefined) errors.invalid(`data[${key}]`, '<secret contents redacted>', problem)
}

/** In the words of Go's decoder. */
function jsonProblem(value: string): string | undefined {
  try {
    const json = parseJsonText(Buffer.from(value, 'base64').toString()).value
    const kind = Array.isArray(json) ? 'array' : typeof json === 'boolean' ? 'bool' : typeof json
    return kind === 'object'
      ? undefined
      : `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** `stringData` is for writing only: its values become data. */
function withStringData({ stringData, ...object }: KubeObject): KubeObject {
  const given = Object.entries((stringData ?? {}) as Data).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ])
  return given.length === 0 ? object : { ...object, data: { ...dataOf(object, 'data'), ...Object.fromEntries(given) } }
}
