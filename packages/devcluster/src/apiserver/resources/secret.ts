import { parseJsonText } from '../schema/json-text.ts'
import { checkConfigKey } from '../validation/names.ts'
import { dataOf, MAX_DATA_BYTES, validateStillImmutable } from './config-map.ts'
import { plainResource } from './plain-resource.ts'
import { AGE_COLUMN, ageOf, NAME_COLUMN, textOf } from './resource-definition.ts'

/** What must be there, by type. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

const JSON_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
}

/** Confidential values that pods read, by key; stored as they are, in memory. */
export const secrets = plainResource({
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  shortNames: [],
  fieldLabels: { type: (object) => textOf(object, 'type') },
  unknownFieldLabel: (label) => `field label not supported: ${label}`,
  prepareCreate: withStringData,
  prepareUpdate: (next, current) => withStringData({ type: current.type, ...next }),
  validate(object, errors) {
    const data = dataOf(object, 'data')
    for (const key of Object.keys(data)) errors.invalidAll(`data[${key}]`, key, checkConfigKey(key))
    const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text, 'base64'), 0)
    if (bytes > MAX_DATA_BYTES) errors.tooLong('data', MAX_DATA_BYTES)
    for (const key of REQUIRED_KEYS[textOf(object, 'type')] ?? []) {
      if (!(key in data)) errors.required(`data[${key}]`)
    }
    const account = 'kubernetes.io/service-account.name'
    if (object.type === 'kubernetes.io/service-account-token' && !object.metadata.annotations?.[account]) {
      errors.required(`metadata.annotations[${account}]`)
    }
    for (const key of JSON_KEYS[textOf(object, 'type')] ?? []) {
      const problem = jsonProblem(data[key])
      if (problem) errors.invalid(`data[${key}]`, '<secret contents redacted>', problem)
    }
    if (object.type === 'kubernetes.io/basic-auth' && !('username' in data) && !('password' in data)) {
      errors.required('data[username]')
      errors.required('data[password]')
    }
  },
  validateUpdate(next, current, errors) {
    if (next.type !== current.type) errors.invalid('type', next.type, 'field is immutable')
    validateStillImmutable(next, current, ['data'], errors)
  },
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

/** `stringData` is for writing only: its values become data. */
function withStringData<T extends Parameters<typeof dataOf>[0]>(object: T): T {
  const { stringData: _, ...rest } = object
  const given = Object.entries(dataOf(object, 'stringData')).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ])
  const data = { ...dataOf(object, 'data'), ...Object.fromEntries(given) }
  return { ...rest, ...(Object.keys(data).length > 0 && { data }), type: rest.type || 'Opaque' } as unknown as T
}

function jsonProblem(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  try {
    parseJsonText(Buffer.from(value, 'base64').toString())
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
