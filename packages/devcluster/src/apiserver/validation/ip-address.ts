import { isIP } from 'node:net'
import type { FieldErrors } from './field-errors.ts'

/** Checks an address (apimachinery: IsValidIPForLegacyField, strict): in any form of an address but those that are read in two ways. */
export function validateIpAddress(value: string, path: string, errors: FieldErrors): void {
  if (isIP(value.replace(/(?<![0-9a-f:.])0+(?=\d)|(?<=\.)0+(?=\d)/gi, '')) === 0) {
    errors.invalid(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
  } else if (isIP(value) === 0) {
    errors.invalid(path, value, 'must not have leading 0s')
  } else if (isMapped(value)) {
    errors.invalid(path, value, 'must not be an IPv4-mapped IPv6 address')
  }
}

/** What is said of an address that is not written as it should be; undefined when it is. */
export function ipAddressWarning(value: string, path: string): string | undefined {
  if (isIP(value) !== 6) return undefined
  const canonical = canonicalForm(value)
  if (canonical === value) return undefined
  return `${path}: IPv6 address "${value}" should be in RFC 5952 canonical format ("${canonical}")`
}

/** Two addresses, one of each family. */
export function isDualStack(addresses: readonly string[]): boolean {
  const families = new Set(addresses.map(isIP))
  return families.has(4) && families.has(6)
}

function isMapped(address: string): boolean {
  return canonicalForm(address).startsWith('::ffff:')
}

function canonicalForm(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}
