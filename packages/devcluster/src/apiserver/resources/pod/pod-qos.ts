import { parseQuantity } from '../../schema/quantity.ts'
import type { PodSpec } from './pod-spec.ts'

type Resources = Readonly<Record<string, unknown>>

const COUNTED = ['cpu', 'memory']

/** Guaranteed, Burstable or BestEffort, from what the containers request (Kubernetes: ComputePodQOS). */
export function podQualityOfService(spec: PodSpec): string {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  const amounts = containers.flatMap(({ resources }) => [resources?.requests ?? {}, resources?.limits ?? {}])
  if (!amounts.some((amount) => COUNTED.some((name) => isPositive(amount, name)))) return 'BestEffort'
  const isGuaranteed = containers.every(({ resources }) =>
    COUNTED.every((name) => {
      const limit = quantityIn(resources?.limits ?? {}, name)
      return limit !== undefined && limit > 0n && limit === quantityIn(resources?.requests ?? {}, name)
    }),
  )
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}

function isPositive(resources: Resources, name: string): boolean {
  return (quantityIn(resources, name) ?? 0n) > 0n
}

function quantityIn(resources: Resources, name: string): bigint | undefined {
  return name in resources ? parseQuantity(String(resources[name]))?.nano : undefined
}
