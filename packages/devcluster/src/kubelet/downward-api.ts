import type { Container, Pod, ResourceFieldSelector } from 'kubernetes-types/core/v1.d.ts'
import { divideUp, quantityInBillionths } from './quantity.ts'

/** What a pod may learn about itself. */
export interface DownwardApi {
  readonly pod: Pod
  readonly podIP: string
  readonly hostIP: string
  /** Stands in for limits that the container does not set. */
  readonly allocatable: Readonly<Record<string, string>>
}

/** A field path or resource that the downward API does not have. */
export class DownwardApiError extends Error {
  override readonly name = 'DownwardApiError'
}

/**
 * The value of a `fieldRef`: metadata, single labels and annotations, and what the node knows (names, addresses).
 * @throws {DownwardApiError} with the kubelet's text.
 */
export function downwardField({ pod, podIP, hostIP }: DownwardApi, fieldPath: string): string {
  const subscripted = /^(metadata\.labels|metadata\.annotations)\['(.*)'\]$/s.exec(fieldPath)
  if (subscripted) {
    const [, path, key = ''] = subscripted
    const all = path === 'metadata.labels' ? pod.metadata?.labels : pod.metadata?.annotations
    return all?.[key] ?? ''
  }
  switch (fieldPath) {
    case 'metadata.name':
      return pod.metadata?.name ?? ''
    case 'metadata.namespace':
      return pod.metadata?.namespace ?? ''
    case 'metadata.uid':
      return pod.metadata?.uid ?? ''
    case 'metadata.labels':
      return formatMap(pod.metadata?.labels ?? {})
    case 'metadata.annotations':
      return formatMap(pod.metadata?.annotations ?? {})
    case 'spec.nodeName':
    case 'spec.host':
      return pod.spec?.nodeName ?? ''
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? ''
    case 'status.podIP':
    case 'status.podIPs':
      return podIP
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIP
    case 'spec.restartPolicy':
    case 'spec.schedulerName':
    case 'status.phase':
      throw new DownwardApiError(`unsupported fieldPath: ${fieldPath}`)
    default:
      throw new DownwardApiError(
        fieldPath.endsWith("']")
          ? `field label does not support subscript: ${fieldPath}`
          : `field label not supported: ${fieldPath}`,
      )
  }
}

/**
 * The value of a `resourceFieldRef` in units of its divisor, rounded up. A limit that is not set is the node's.
 * @throws {DownwardApiError} with the kubelet's text.
 */
export function downwardResource(api: DownwardApi, ref: ResourceFieldSelector, own?: Container): string {
  const container = ref.containerName ? findContainer(api.pod, ref.containerName) : own
  if (!container) throw new DownwardApiError(`container ${ref.containerName ?? ''} not found`)
  const [, kind = '', resource = ''] = /^(limits|requests)\.(cpu|memory|ephemeral-storage)$/.exec(ref.resource) ?? []
  if (kind === '') throw new DownwardApiError(`unsupported container resource : ${ref.resource}`)
  const requested = kind === 'limits' ? container.resources?.limits : container.resources?.requests
  let quantity = quantityInBillionths(requested?.[resource] ?? '0') ?? 0n
  if (quantity === 0n && kind === 'limits') quantity = quantityInBillionths(api.allocatable[resource] ?? '0') ?? 0n
  const divisor = quantityInBillionths(String(ref.divisor ?? '1')) ?? 0n
  // CPU is counted in thousandths, everything else in whole units, before the division: as Kubernetes rounds.
  const grain = resource === 'cpu' ? 1_000_000n : 1_000_000_000n
  return String(divideUp(divideUp(quantity, grain), divideUp(divisor === 0n ? 1_000_000_000n : divisor, grain)))
}

function findContainer(pod: Pod, name: string): Container | undefined {
  return [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find((one) => one.name === name)
}

/** Kubernetes: fieldpath.FormatMap; Go's quoting is JSON's but for the names of control characters. */
function formatMap(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${goQuote(map[key] ?? '')}`)
    .join('\n')
}

function goQuote(text: string): string {
  return JSON.stringify(text).replace(/(?<!\\)((?:\\\\)*)\\u00([01][0-9a-f])/g, '$1\\x$2')
}
