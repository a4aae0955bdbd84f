import { formatQuantity, parseQuantity, type Quantity, quantityOf } from '../../schema/quantity.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { isExtendedResource, mayOvercommit, validateContainerResourceName } from '../../validation/resource-names.ts'

const HUGE_PAGES = 'hugepages-'
const BILLION = 1_000_000_000n

type Amounts = Readonly<Record<string, unknown>>

/** Checks requests and limits of a container (Kubernetes: ValidateContainerResourceRequirements). */
export function validateResources(
  { requests = {}, limits = {} }: { readonly requests?: Amounts; readonly limits?: Amounts },
  path: string,
  errors: FieldErrors,
): void {
  for (const [name, amount] of Object.entries(limits)) {
    const limit = quantityOf(String(amount))
    validateContainerResourceName(name, `${path}.limits[${name}]`, errors)
    validateAmount(name, limit, `${path}.limits[${name}]`, errors)
    validatePages(name, limit, `${path}.limits[${name}]`, errors)
  }
  for (const [name, amount] of Object.entries(requests)) {
    const request = quantityOf(String(amount))
    validateContainerResourceName(name, `${path}.requests[${name}]`, errors)
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
    validatePages(name, request, `${path}.requests[${name}]`, errors)
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.forbidden(path, 'HugePages require cpu or memory')
  }
}

function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES)
}

/** Huge pages are had whole. */
function validatePages(name: string, amount: Quantity, path: string, errors: FieldErrors): void {
  if (!isHugePages(name)) return
  const size = parseQuantity(name.slice(HUGE_PAGES.length))?.nano ?? 0n
  if (size > 0n && amount.nano % size === 0n) return
  const text = formatQuantity(amount)
  errors.invalid(path, text, `${text} is not positive integer multiple of ${name}`)
}

function validateAmount(name: string, amount: Quantity, path: string, errors: FieldErrors): void {
  const text = formatQuantity(amount)
  if (amount.nano < 0n) errors.invalid(path, text, 'must be greater than or equal to 0')
  if (isExtendedResource(name) && amount.nano % BILLION !== 0n) errors.invalid(path, text, 'must be an integer')
}
