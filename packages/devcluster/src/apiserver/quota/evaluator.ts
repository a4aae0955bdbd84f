import type { Amounts } from '../../pod-resources.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { Pod, ResourceQuota } from '../../types.ts'
import { RESOURCES } from '../resource-registry.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import type { Quantity } from '../schema/quantity.ts'
import { qualifiedName } from '../status.ts'
import { isUsedByPods, podUsage, unstatedAmounts } from './pod-usage.ts'
import { isPodInScope, scopeRequirements } from './quota-scope.ts'

type QuotaSpec = NonNullable<ResourceQuota['spec']>

/** How the objects of one resource count in quotas. */
export interface Evaluator {
  readonly resource: ResourceDefinition
  /** Whether what a quota calls so is used by them. */
  uses(name: string): boolean
  /** What one of them uses, by the names that quotas have for it. */
  usage(object: KubeObject): Amounts
  isInScope(spec: QuotaSpec, object: KubeObject): boolean
  /** What one of them does not state of what is counted, in words; empty when it does. */
  unstated(object: KubeObject, counted: readonly string[]): string
}

/** Names from the time before `count/RESOURCE`. */
const OLD_NAMES = ['configmaps', 'resourcequotas', 'secrets']
const ONE: Quantity = { nano: 1_000_000_000n, format: 'DecimalSI' }

const asPod = (object: KubeObject) => object as unknown as Pod

/** How everything counts that is in namespaces. Events never did. */
export const evaluators: readonly Evaluator[] = RESOURCES.filter(
  ({ namespaced, plural }) => namespaced && plural !== 'events',
).map((resource) => (resource.plural === 'pods' ? podEvaluator(resource) : objectCount(resource)))

function podEvaluator(resource: ResourceDefinition): Evaluator {
  return {
    resource,
    uses: isUsedByPods,
    usage: (object) => podUsage(asPod(object)),
    isInScope: (spec, object) => isPodInScope(spec, asPod(object)),
    unstated: (object, counted) => unstatedAmounts(asPod(object), counted),
  }
}

/** One is one; scopes are for pods. */
function objectCount(resource: ResourceDefinition): Evaluator {
  const name = qualifiedName(resource)
  const names = [`count/${name}`, ...(OLD_NAMES.includes(name) ? [name] : [])]
  const usage = new Map(names.map((counted) => [counted, ONE]))
  return {
    resource,
    uses: (counted) => names.includes(counted),
    usage: () => usage,
    isInScope: (spec) => scopeRequirements(spec).length === 0,
    unstated: () => '',
  }
}
