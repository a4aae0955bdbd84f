import { type Amounts, amountsOf, podLimits, podRequests } from '../../pod-resources.ts'
import type { Pod } from '../../types.ts'
import type { Quantity } from '../schema/quantity.ts'
import { isExtendedResource } from '../validation/resource-names.ts'

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
const COUNTED = [
  'count/pods',
  'pods',
  ...COMPUTE.flatMap((name) => [name, `requests.${name}`]),
  ...COMPUTE.map((name) => `limits.${name}`),
]
/** Whoever counts one of these wants every container to state it. */
const MUST_BE_STATED = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

const ONE: Quantity = { nano: 1_000_000_000n, format: 'DecimalSI' }

/** Whether what a quota calls so is used by pods. */
export function isUsedByPods(name: string): boolean {
  if (COUNTED.includes(name) || /^(requests\.)?hugepages-/.test(name)) return true
  return name.startsWith('requests.') && isExtendedResource(name.slice('requests.'.length))
}

/** What a pod uses, by the names that quotas have for it (Kubernetes: PodUsageFunc). One that has ended only counts. */
export function podUsage(pod: Pod): Amounts {
  const counted = new Map([['count/pods', ONE]])
  if (hasEnded(pod)) return counted
  return new Map([...counted, ['pods', ONE], ...quotaAmounts(podRequests(pod), podLimits(pod))])
}

/** `cpu for: a,b; memory for: b`: what containers do not state of what is counted; empty when they do. */
export function unstatedAmounts(pod: Pod, counted: readonly string[]): string {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]
  return MUST_BE_STATED.filter((name) => counted.includes(name))
    .sort()
    .flatMap((name) => {
      const silent = containers.filter(({ resources = {} }) => {
        return !quotaAmounts(amountsOf(resources.requests), amountsOf(resources.limits)).has(name)
      })
      return silent.length === 0 ? [] : [`${name} for: ${silent.map((container) => container.name).sort()}`]
    })
    .join('; ')
}

function quotaAmounts(requests: Amounts, limits: Amounts): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>()
  for (const [name, amount] of requests) {
    const isStandard = COMPUTE.includes(name) || name.startsWith('hugepages-')
    if (isStandard) amounts.set(name, amount)
    if (isStandard || isExtendedResource(name)) amounts.set(`requests.${name}`, amount)
  }
  for (const [name, amount] of limits) if (COMPUTE.includes(name)) amounts.set(`limits.${name}`, amount)
  return amounts
}

/** A pod whose grace is over counts no more, whoever keeps it. */
function hasEnded({ metadata, status }: Pod): boolean {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true
  return metadata?.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0
}
