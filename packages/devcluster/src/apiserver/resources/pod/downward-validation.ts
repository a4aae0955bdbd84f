import { formatQuantity, quantityOf } from '../../schema/quantity.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkQualifiedName } from '../../validation/names.ts'

interface FieldReference {
  readonly apiVersion?: string
  readonly fieldPath?: string
}

interface ResourceReference {
  readonly containerName?: string
  readonly resource?: string
  readonly divisor?: string
}

/** What a pod may be asked for (Kubernetes: ConvertDownwardAPIFieldLabel). */
const FIELD_LABELS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.phase',
  'status.podIP',
  'status.podIPs',
]
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const BYTES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** Checks which field of its pod a container is told (Kubernetes: validateObjectFieldSelector). */
export function validateFieldReference(
  { apiVersion = '', fieldPath = '' }: FieldReference,
  supported: readonly string[],
  path: string,
  errors: FieldErrors,
): void {
  if (fieldPath === '') {
    errors.required(`${path}.fieldPath`)
    return
  }
  const refuse = (why: string) => errors.invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`)
  const [, map, key = ''] = /^(.+?)\['(.*)'\]$/s.exec(fieldPath) ?? []
  if (apiVersion !== 'v1') refuse(`unsupported pod version: ${apiVersion}`)
  else if (map === 'metadata.annotations') {
    errors.invalidAll(path, key.toLowerCase(), checkQualifiedName(key.toLowerCase()))
  } else if (map === 'metadata.labels') errors.invalidAll(path, key, checkQualifiedName(key))
  else if (map !== undefined) refuse(`field label does not support subscript: ${fieldPath}`)
  else if (!FIELD_LABELS.includes(fieldPath)) refuse(`field label not supported: ${fieldPath}`)
  else if (!supported.includes(fieldPath)) errors.notSupported(`${path}.fieldPath`, fieldPath, supported)
}

/** Checks which resource of a container it is told (validateContainerResourceFieldSelector); in a volume: of which container. */
export function validateResourceReference(
  { containerName = '', resource = '', divisor = '0' }: ResourceReference,
  path: string,
  errors: FieldErrors,
  { isInVolume = false } = {},
): void {
  const isHugePages = /^(limits|requests)\.hugepages-/.test(resource)
  if (isInVolume && containerName === '') errors.required(`${path}.containerName`)
  else if (resource === '') errors.required(`${path}.resource`)
  else if (!RESOURCES.includes(resource) && !isHugePages) {
    errors.notSupported(`${path}.resource`, resource, RESOURCES)
  }
  validateDivisor(resource, divisor, `${path}.divisor`, errors)
}

function validateDivisor(resource: string, divisor: string, path: string, errors: FieldErrors): void {
  const text = formatQuantity(quantityOf(divisor))
  const [, name = ''] = /^(?:limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-)/.exec(resource) ?? []
  if (text === '0' || name === '') return
  const supported = name === 'cpu' ? ['1m', '1'] : BYTES
  if (supported.includes(text)) return
  const list = name === 'cpu' ? '1m and 1' : BYTES.join(', ')
  const called = { 'ephemeral-storage': 'local ephemeral storage', 'hugepages-': 'hugepages' }[name] ?? name
  errors.invalid(path, resource, `only divisor's values ${list} are supported with the ${called} resource`)
}
