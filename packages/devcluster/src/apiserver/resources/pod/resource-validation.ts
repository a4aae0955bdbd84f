import { formatQuantity, type Quantity, quantityOf } from '../../schema/quantity.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkQualifiedName } from '../../validation/names.ts'

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage']
/** Standard somewhere in the API, in quotas or claims, but not in containers. */
const OTHER_RESOURCES = [
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]
const BILLION = 1_000_000_000n

type Amounts = Readonly<Record<string, unknown>>

/** Checks requests and limits of a container (Kubernetes: ValidateContainerResourceRequirements). */
export function validateResources(
  { requests = {}, limits = {} }: { readonly requests?: Amounts; readonly limits?: Amounts },
  path: string,
  errors: FieldErrors,
): void {
  for (const [name, amount] of Object.entries(limits)) {
    validateName(name, `${path}.limits[${name}]`, errors)
    validateAmount(name, quantityOf(String(amount)), `${path}.limits[${name}]`, errors)
  }
  for (const [name, amount] of Object.entries(requests)) {
    const request = quantityOf(String(amount))
    validateName(name, `${path}.requests[${name}]`, errors)
    validateAmount(name, request, `${path}.requests[${name}]`, errors)
    const limit = name in limits ? quantityOf(String(limits[name])) : undefined
    const text = formatQuantity(request)
    if (!limit) {
      if (!mayOvercommit(name)) {
        errors.required(`${path}.limits`, 'Limit must be set for non overcommitable resources')
      }
    } else if (request.nano !== limit.nano && !mayOvercommit(name)) {
      errors.invalid(`${path}.requests`, text, `must be equal to ${name} limit of ${formatQuantity(limit)}`)
    } else if (request.nano > limit.nano) {
      errors.invalid(
        `${path}.requests`,
        text,
        `must be less than or equal to ${name} limit of ${formatQuantity(limit)}`,
      )
    }
  }
}

function validateName(name: string, path: string, errors: FieldErrors): void {
  const problems = checkQualifiedName(name)
  errors.invalidAll(path, name, problems)
  if (name.includes('/')) {
    if (!isNative(name) && (name.startsWith('requests.') || problems.length > 0)) {
      errors.invalid(path, name, "doesn't follow extended resource name standard")
    }
    return
  }
  if (isContainerResource(name)) return
  if (problems.length === 0 && !OTHER_RESOURCES.includes(name)) {
    errors.invalid(path, name, 'must be a standard resource type or fully qualified')
  }
  errors.invalid(path, name, 'must be a standard resource for containers')
}

function validateAmount(name: string, amount: Quantity, path: string, errors: FieldErrors): void {
  const text = formatQuantity(amount)
  if (amount.nano < 0n) errors.invalid(path, text, 'must be greater than or equal to 0')
  if (isExtended(name) && amount.nano % BILLION !== 0n) errors.invalid(path, text, 'must be an integer')
}

function isContainerResource(name: string): boolean {
  return CONTAINER_RESOURCES.includes(name) || name.startsWith('hugepages-')
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

function isExtended(name: string): boolean {
  return name.includes('/') && !isNative(name)
}

/** Extended resources and huge pages are whole: nobody gets more than what was asked for. */
function mayOvercommit(name: string): boolean {
  return isNative(name) && !name.startsWith('hugepages-')
}
