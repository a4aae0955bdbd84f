import { formatQuantity, quantityOf } from '../../schema/quantity.ts'
import { ipAddressWarning } from '../../validation/ip-address.ts'
import { affinityWarnings } from './affinity-validation.ts'
import type { Container, PodSpec } from './pod-spec.ts'
import { portWarnings } from './port-warnings.ts'
import { topologySpreadWarnings } from './topology-spread-validation.ts'
import { volumeWarnings } from './volume-warnings.ts'

const BILLION = 1_000_000_000n
const BYTES = ['memory', 'ephemeral-storage'] as const

/** What is said of a new pod that is taken, and hardly meant so (Kubernetes: warningsForPodSpecAndMeta). */
export function podWarnings(spec: PodSpec): readonly string[] {
  const containers = containersWithPaths(spec)
  return [
    ...topologySpreadWarnings(spec),
    ...volumeWarnings(spec.volumes ?? []),
    ...repeated(spec.hostAliases ?? [], ({ ip = '' }) => ip, 'spec.hostAliases', 'ip'),
    ...repeated(spec.imagePullSecrets ?? [], ({ name = '' }) => name, 'spec.imagePullSecrets', 'name'),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, index) =>
      name ? [] : [`spec.imagePullSecrets[${index}].name: invalid empty name ""`],
    ),
    ...containers.flatMap(([path, container]) => [
      ...fractionalBytes(container, `${path}.resources`),
      ...hiddenVariables(container, `${path}.env`),
    ]),
    ...portWarnings(containers),
    ...affinityWarnings(spec),
    ...addressWarnings(spec),
  ]
}

function containersWithPaths(spec: PodSpec): readonly (readonly [string, Container])[] {
  return (['initContainers', 'containers'] as const).flatMap((kind) =>
    (spec[kind] ?? []).map((container, index) => [`spec.${kind}[${index}]`, container] as const),
  )
}

function repeated<Item>(items: readonly Item[], keyOf: (item: Item) => string, path: string, field: string): string[] {
  const keys = items.map(keyOf)
  return keys.flatMap((key, index) =>
    keys.indexOf(key) < index ? [`${path}[${index}].${field}: duplicate ${field} "${key}"`] : [],
  )
}

/** Nobody has a tenth of a byte: `100m` was to be `100M`. */
function fractionalBytes({ resources = {} }: Container, path: string): string[] {
  return BYTES.flatMap((name) =>
    (['limits', 'requests'] as const).flatMap((kind) => {
      const amount = resources[kind]?.[name]
      const quantity = amount === undefined ? undefined : quantityOf(String(amount))
      if (!quantity || quantity.nano % BILLION === 0n) return []
      const text = formatQuantity(quantity)
      return [`${path}.${kind}[${name}]: fractional byte value "${text}" is invalid, must be an integer`]
    }),
  )
}

function hiddenVariables({ env = [] }: Container, path: string): string[] {
  const seen = new Set<string>()
  return env.flatMap(({ name, value = '', valueFrom }, index) => {
    const isAdded = value.includes(`$(${name})`) && value !== `$(${name})` && !valueFrom
    if (!seen.has(name) || isAdded) {
      seen.add(name)
      return []
    }
    return [`${path}[${index}]: hides previous definition of "${name}", which may be dropped when using apply`]
  })
}

function addressWarnings({ dnsConfig, hostAliases = [] }: PodSpec): readonly string[] {
  const warnings = [
    ...(dnsConfig?.nameservers ?? []).map((address, index) =>
      ipAddressWarning(address, `spec.dnsConfig.nameservers[${index}]`),
    ),
    ...hostAliases.map(({ ip = '' }, index) => ipAddressWarning(ip, `spec.hostAliases[${index}].ip`)),
  ]
  return warnings.filter((warning) => warning !== undefined)
}
