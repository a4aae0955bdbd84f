import type { Pod } from '../../../types.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkConfigKey, checkDnsSubdomain, checkEnvName, checkQualifiedName } from '../../validation/names.ts'

type Container = NonNullable<Pod['spec']>['containers'][number]
type EnvVar = NonNullable<Container['env']>[number]
type EnvFrom = NonNullable<Container['envFrom']>[number]
type Source = NonNullable<EnvVar['valueFrom']>

const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const

/** What the downward API gives to the environment. */
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** Field paths that exist, though the environment may not have them. */
const OTHER_FIELDS = [
  'spec.hostNetwork',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'status.nominatedNodeName',
]
const RESOURCE_FIELDS = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]

export function validateEnv(env: readonly EnvVar[], path: string, errors: FieldErrors): void {
  for (const [index, { name, value, valueFrom }] of env.entries()) {
    if (!name) errors.required(`${path}[${index}].name`)
    else errors.invalidAll(`${path}[${index}].name`, name, checkEnvName(name))
    if (valueFrom) validateSource(valueFrom, value, `${path}[${index}].valueFrom`, errors)
  }
}

function validateSource(source: Source, value: string | undefined, path: string, errors: FieldErrors): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source
  if (fieldRef) validateFieldPath(fieldRef.fieldPath, `${path}.fieldRef`, errors)
  if (resourceFieldRef) {
    const { resource } = resourceFieldRef
    if (!resource) errors.required(`${path}.resourceFieldRef.resource`)
    else if (!RESOURCE_FIELDS.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource)) {
      errors.notSupported(`${path}.resourceFieldRef.resource`, resource, RESOURCE_FIELDS)
    }
  }
  if (configMapKeyRef) validateKeyRef(configMapKeyRef, `${path}.configMapKeyRef`, errors)
  if (secretKeyRef) validateKeyRef(secretKeyRef, `${path}.secretKeyRef`, errors)
  const count = SOURCES.filter((name) => name in source).length
  if (count === 0) {
    errors.invalid(
      path,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
    )
  } else if (value) {
    errors.invalid(path, '', 'may not be specified when `value` is not empty')
  } else if (count > 1) {
    errors.invalid(path, '', 'may not have more than one field specified at a time')
  }
}

function validateFieldPath(fieldPath: string | undefined, path: string, errors: FieldErrors): void {
  if (!fieldPath) {
    errors.required(`${path}.fieldPath`)
    return
  }
  const subscript = /^(metadata\.(annotations|labels))\['(.*)'\]$/.exec(fieldPath)
  if (subscript) {
    const [, , kind, key = ''] = subscript
    if (kind === 'annotations') errors.invalidAll(path, key, checkQualifiedName(key.toLowerCase()))
    else errors.invalidAll(path, key, checkQualifiedName(key))
    return
  }
  if (ENV_FIELDS.includes(fieldPath)) return
  if (OTHER_FIELDS.includes(fieldPath)) errors.notSupported(`${path}.fieldPath`, fieldPath, ENV_FIELDS)
  else {
    errors.invalid(
      `${path}.fieldPath`,
      fieldPath,
      `error converting fieldPath: field label not supported: ${fieldPath}`,
    )
  }
}

function validateKeyRef(
  { name = '', key = '' }: { readonly name?: string; readonly key?: string },
  path: string,
  errors: FieldErrors,
): void {
  errors.invalidAll(`${path}.name`, name, checkDnsSubdomain(name))
  if (key === '') errors.required(`${path}.key`)
  else errors.invalidAll(`${path}.key`, key, checkConfigKey(key))
}

export function validateEnvFrom(envFrom: readonly EnvFrom[], path: string, errors: FieldErrors): void {
  for (const [index, { prefix, configMapRef, secretRef }] of envFrom.entries()) {
    if (prefix) errors.invalidAll(`${path}[${index}].prefix`, prefix, checkEnvName(prefix))
    validateReference(configMapRef, `${path}[${index}].configMapRef`, errors)
    validateReference(secretRef, `${path}[${index}].secretRef`, errors)
    // Kubernetes leaves the index out here.
    if (!configMapRef && !secretRef) errors.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`')
    if (configMapRef && secretRef) errors.invalid(path, '', 'may not have more than one field specified at a time')
  }
}

function validateReference(reference: { readonly name?: string } | undefined, path: string, errors: FieldErrors): void {
  if (!reference) return
  if (!reference.name) errors.required(`${path}.name`)
  else errors.invalidAll(`${path}.name`, reference.name, checkDnsSubdomain(reference.name))
}
