import type { FieldErrors } from './field-errors.ts'
import { checkQualifiedName } from './names.ts'

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage']
/** What is counted in whole objects. */
const OBJECT_COUNTS = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]
const QUOTA_RESOURCES = [
  ...CONTAINER_RESOURCES,
  ...CONTAINER_RESOURCES.map((name) => `requests.${name}`),
  ...CONTAINER_RESOURCES.map((name) => `limits.${name}`),
  'requests.storage',
  ...OBJECT_COUNTS,
]

/** Checks the name of what containers request (Kubernetes: validateContainerResourceName). */
export function validateContainerResourceName(name: string, path: string, errors: FieldErrors): void {
  const problems = checkQualifiedName(name)
  errors.invalidAll(path, name, problems)
  if (name.includes('/')) {
    if (!isNative(name) && (name.startsWith('requests.') || problems.length > 0)) {
      errors.invalid(path, name, "doesn't follow extended resource name standard")
    }
    return
  }
  if (CONTAINER_RESOURCES.includes(name) || name.startsWith('hugepages-')) return
  if (problems.length === 0 && !isStandardResource(name)) errors.invalid(path, name, UNKNOWN)
  errors.invalid(path, name, 'must be a standard resource for containers')
}

/** Checks the name of what a quota limits (Kubernetes: ValidateResourceQuotaResourceName). */
export function validateQuotaResourceName(name: string, path: string, errors: FieldErrors): void {
  const problems = checkQualifiedName(name)
  errors.invalidAll(path, name, problems)
  if (name.includes('/') || isStandardQuotaResource(name)) return
  if (problems.length === 0 && !isStandardResource(name)) errors.invalid(path, name, UNKNOWN)
  errors.invalid(path, name, 'must be a standard resource for quota')
}

const UNKNOWN = 'must be a standard resource type or fully qualified'

export function isStandardQuotaResource(name: string): boolean {
  return QUOTA_RESOURCES.includes(name) || /^(requests\.)?hugepages-/.test(name)
}

/** Whether there are only whole ones of it. */
export function isIntegerResource(name: string): boolean {
  return OBJECT_COUNTS.includes(name) || isExtendedResource(name)
}

/** Something of a vendor's, as `example.com/gpu`. */
export function isExtendedResource(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.')
}

/** Extended resources and huge pages are whole: nobody gets more than what was asked for. */
export function mayOvercommit(name: string): boolean {
  return isNative(name) && !name.startsWith('hugepages-')
}

function isStandardResource(name: string): boolean {
  return isStandardQuotaResource(name) || name === 'storage'
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}
