import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateIpAddress } from '../../validation/ip-address.ts'
import { checkDnsSubdomain, checkSearchDomain } from '../../validation/names.ts'
import type { PodSpec } from './pod-spec.ts'

const MAX_NAMESERVERS = 3
const MAX_HOSTNAME = 64

/** In the host's network a container has its port there, too (Kubernetes: validateHostNetwork). */
export function validateHostPortsMatch(spec: PodSpec, errors: FieldErrors): void {
  if (!spec.hostNetwork) return
  for (const kind of ['containers', 'initContainers'] as const) {
    for (const [index, { ports = [] }] of (spec[kind] ?? []).entries()) {
      for (const [at, { hostPort = 0, containerPort = 0 }] of ports.entries()) {
        if (hostPort === containerPort) continue
        const path = `spec.${kind}[${index}].ports[${at}].hostPort`
        errors.invalid(path, hostPort, 'must match `containerPort` when `hostNetwork` is true')
      }
    }
  }
}

/** Checks where names are looked up (validatePodDNSConfig). */
export function validateDns({ dnsPolicy, dnsConfig }: PodSpec, errors: FieldErrors): void {
  const path = 'spec.dnsConfig'
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {}
  if (dnsPolicy === 'None' && !dnsConfig) {
    errors.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')
    return
  }
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    errors.required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')
    return
  }
  if (nameservers.length > MAX_NAMESERVERS) {
    errors.invalid(`${path}.nameservers`, nameservers, `must not have more than ${MAX_NAMESERVERS} nameservers`)
  }
  for (const [index, address] of nameservers.entries()) {
    validateIpAddress(address, `${path}.nameservers[${index}]`, errors)
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue
    const domain = search.replace(/\.$/, '')
    errors.invalidAll(`${path}.searches[${index}]`, domain, checkSearchDomain(domain))
  }
  for (const [index, { name }] of options.entries()) {
    if (!name) errors.required(`${path}.options[${index}]`, 'must not be empty')
  }
}

/** Users of its own go with no namespace of the host's (validateHostUsers). */
export function validateHostUsers(spec: PodSpec, errors: FieldErrors): void {
  if (spec.hostUsers !== false) return
  const text = 'when `hostUsers` is false'
  if (spec.hostNetwork) errors.forbidden('spec.hostNetwork', text)
  if (spec.hostPID) errors.forbidden('spec.HostPID', text)
  if (spec.hostIPC) errors.forbidden('spec.HostIPC', text)
  for (const [index, { volumeDevices = [] }] of spec.containers.entries()) {
    if (volumeDevices.length > 0) errors.forbidden(`spec.containers[${index}].volumeDevices`, text)
  }
}

/** A name of its own for the host that a pod believes to be (validateHostnameOverride). */
export function validateHostnameOverride(spec: PodSpec, errors: FieldErrors): void {
  const { hostnameOverride: name } = spec
  if (name === undefined) return
  const path = 'spec.hostnameOverride'
  if (spec.setHostnameAsFQDN) errors.forbidden(path, 'may not be specified when setHostnameAsFQDN is true')
  if (spec.hostNetwork) errors.forbidden(path, 'may not be specified when hostNetwork is true')
  errors.invalidAll(path, name, checkDnsSubdomain(name))
  if (name.length > MAX_HOSTNAME) errors.tooLong(path, MAX_HOSTNAME)
}

export function validateHostAliases({ hostAliases = [] }: PodSpec, errors: FieldErrors): void {
  for (const [index, { ip = '', hostnames = [] }] of hostAliases.entries()) {
    validateIpAddress(ip, `spec.hostAliases[${index}].ip`, errors)
    for (const [at, name] of hostnames.entries()) {
      errors.invalidAll(`spec.hostAliases[${index}].hostnames[${at}]`, name, checkDnsSubdomain(name))
    }
  }
}
