import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkConfigKey, checkDnsSubdomain, checkEnvName } from '../../validation/names.ts'
import { validateFieldReference, validateResourceReference } from './downward-validation.ts'
import type { Container } from './pod-spec.ts'

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

export function validateEnv(env: readonly EnvVar[], path: string, errors: FieldErrors): void {
  for (const [index, { name = '', value, valueFrom }] of env.entries()) {
    if (name === '') errors.required(`${path}[${index}].name`)
    else errors.invalidAll(`${path}[${index}].name`, name, checkEnvName(name))
    if (valueFrom) validateSource(valueFrom, value, `${path}[${index}].valueFrom`, errors)
  }
}

function validateSource(source: Source, value: string | undefined, path: string, errors: FieldErrors): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source
  if (fieldRef) validateFieldReference(fieldRef, ENV_FIELDS, `${path}.fieldRef`, errors)
  if (resourceFieldRef) validateResourceReference(resourceFieldRef, `${path}.resourceFieldRef`, errors)
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
