import type { KubeObject } from '../../storage/kube-object.ts'
import type { ResourceQuota } from '../../types.ts'
import { formatQuantity, quantityOf } from '../schema/quantity.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { checkDnsSubdomain } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { isIntegerResource, isStandardQuotaResource, validateQuotaResourceName } from '../validation/resource-names.ts'
import { plainResource } from './plain-resource.ts'
import { AGE_COLUMN, ageOf, NAME_COLUMN } from './resource-definition.ts'

type Spec = NonNullable<ResourceQuota['spec']>

const WHOLE = 1_000_000_000n
const POD_RESOURCES = ['pods', 'cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']
const CLAIM_RESOURCES = ['persistentvolumeclaims', 'requests.storage']
/** What can be counted in each scope. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: POD_RESOURCES,
  NotTerminating: POD_RESOURCES,
  BestEffort: ['pods'],
  NotBestEffort: POD_RESOURCES,
  PriorityClass: POD_RESOURCES,
  CrossNamespacePodAffinity: POD_RESOURCES,
  VolumeAttributesClass: CLAIM_RESOURCES,
}
/** Scopes that are there or not, and have no values. */
const PLAIN_SCOPES = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const

const asQuota = (object: KubeObject) => object as unknown as ResourceQuota
const specOf = (object: KubeObject): Spec => asQuota(object).spec ?? {}

/** Quotas: what the objects of a namespace may use together. The quota controller writes their status. */
export const resourceQuotas = plainResource({
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  subresources: ['status'],
  answersDeletedObject: true,
  prepareCreate: ({ status: _, ...object }) => object,
  prepareUpdate: (next, current) => ({ ...next, status: current.status }),
  subresourceUpdates: {
    status: {
      prepare: (next, current) => ({ ...next, spec: current.spec }),
      validate: (next, current, errors) => validateMetadataUpdate(next.metadata, current.metadata, errors),
    },
  },
  validate(object, errors) {
    validateMetadata(object.metadata, { namespaced: true, checkName: checkDnsSubdomain }, errors)
    validateSpec(specOf(object), errors)
  },
  validateUpdate(next, current, errors) {
    validateMetadataUpdate(next.metadata, current.metadata, errors)
    validateSpec(specOf(next), errors)
    const scopes = specOf(next).scopes ?? []
    if (String(scopes.toSorted()) !== String((specOf(current).scopes ?? []).toSorted())) {
      errors.invalid('spec.scopes', scopes, 'field is immutable')
    }
  },
  columns: [
    NAME_COLUMN,
    { name: 'Request', description: 'What is used and allowed, by resource.' },
    { name: 'Limit', description: 'The same of limits.' },
    AGE_COLUMN,
  ],
  row: (object, now) => [
    object.metadata.name,
    shown(object, (name) => !name.startsWith('limits.')),
    shown(object, (name) => name.startsWith('limits.')),
    ageOf(object.metadata.creationTimestamp, now),
  ],
})

function validateSpec(spec: Spec, errors: FieldErrors): void {
  for (const [name, text] of Object.entries(spec.hard ?? {})) validateLimit(name, String(text), errors)
  validateScopes(spec, errors)
  validateSelector(spec, errors)
}

function validateLimit(name: string, text: string, errors: FieldErrors): void {
  const path = `spec.hard[${name}]`
  const amount = quantityOf(text)
  validateQuotaResourceName(name, path, errors)
  if (amount.nano < 0n) errors.invalid(path, formatQuantity(amount), 'must be greater than or equal to 0')
  if (isIntegerResource(name) && amount.nano % WHOLE !== 0n) {
    errors.invalid(path, formatQuantity(amount), 'must be an integer')
  }
}

function validateScopes({ scopes = [], hard }: Spec, errors: FieldErrors): void {
  for (const scope of scopes) {
    if (!(scope in SCOPES)) errors.invalid('spec.scopes', scopes, 'unsupported scope')
    for (const _ of notInScope(scope, hard)) {
      errors.invalid('spec.scopes', scopes, 'unsupported scope applied to resource')
    }
  }
  for (const pair of CONFLICTS) {
    if (pair.every((scope) => scopes.includes(scope))) errors.invalid('spec.scopes', scopes, 'conflicting scopes')
  }
}

function validateSelector({ scopeSelector, scopes, hard }: Spec, errors: FieldErrors): void {
  const path = 'spec.scopeSelector.matchExpressions'
  const expressions = scopeSelector?.matchExpressions ?? []
  for (const { scopeName, operator, values = [] } of expressions) {
    if (!(scopeName in SCOPES)) errors.invalid(`${path}.scopeName`, scopeName, 'unsupported scope')
    for (const _ of notInScope(scopeName, hard)) {
      errors.invalid(path, scopeSelector, 'unsupported scope applied to resource')
    }
    if (PLAIN_SCOPES.includes(scopeName) && operator !== 'Exists') {
      const all = 'ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort'
      const rest = 'ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity'
      errors.invalid(`${path}.operator`, operator, `must be 'Exists' when scope is any of ${all}, ${rest}`)
    }
    if (operator === 'In' || operator === 'NotIn') {
      const text = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
      if (values.length === 0) errors.required(`${path}.values`, text)
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      const text = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
      if (values.length > 0) errors.invalid(`${path}.values`, values, text)
    } else {
      errors.invalid(`${path}.operator`, operator, 'not a valid selector operator')
    }
  }
  for (const pair of CONFLICTS) {
    if (pair.every((scope) => expressions.some(({ scopeName }) => scopeName === scope))) {
      errors.invalid(path, scopes, 'conflicting scopes')
    }
  }
}

/** What is limited and makes no sense in a scope: one problem each. */
function notInScope(scope: string, hard: Spec['hard'] = {}): readonly string[] {
  const names = Object.keys(hard).filter(isStandardQuotaResource)
  return scope in SCOPES ? names.filter((name) => !SCOPES[scope]?.includes(name)) : []
}

/** `pods: 1/5, requests.cpu: 0/1`. */
function shown(object: KubeObject, isWanted: (name: string) => boolean): string {
  const { hard = {}, used = {} } = asQuota(object).status ?? {}
  return Object.keys(hard)
    .filter(isWanted)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ')
}
