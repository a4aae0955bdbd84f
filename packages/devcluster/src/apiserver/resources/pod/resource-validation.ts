import { formatQuantity, type Quantity, quantityOf } from '../../schema/quantity.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { isExtendedResource, mayOvercommit, validateContainerResourceName } from '../../validation/resource-names.ts'

const BILLION = 1_000_000_000n

type Amounts = Readonly<Record<string, unknown>>

/** Checks requests and limits of a container (Kubernetes: ValidateContainerResourceRequirements). */
export function validateResources(
  { requests = {}, limits = {} }: { readonly requests?: Amounts; readonly limits?: Amounts },
  path: string,
  errors: FieldErrors,
): void {
  for (const [name, amount] of Object.entries(limits)) {
    validateContainerResourceName(name, `${path}.limits[${name}]`, errors)
    validateAmount(name, quantityOf(String(amount)), `${path}.limits[${name}]`, errors)
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
  }
}

function validateAmount(name: string, amount: Quantity, path: string, errors: FieldErrors): void {
  const text = formatQuantity(amount)
  if (amount.nano < 0n) errors.invalid(path, text, 'must be greater than or equal to 0')
  if (isExtendedResource(name) && amount.nano % BILLION !== 0n) errors.invalid(path, text, 'must be an integer')
}
