import { type Amounts, amountsOf } from '../../pod-resources.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { VersionedStore } from '../../storage/versioned-store.ts'
import type { Pod, ResourceQuota } from '../../types.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { addQuantities, formatQuantity } from '../schema/quantity.ts'
import { forbidden } from '../status.ts'
import { type Evaluator, evaluators } from './evaluator.ts'
import { isTerminating } from './quota-scope.ts'

/**
 * Holds a new object, or a pod that moves into the scope of a quota, against the quotas of its namespace (apiserver:
 * resourcequota.CheckRequest). It counts nothing: the quota controller does, once the object is stored.
 *
 * @throws {ApiError} 403 in Kubernetes' words, for the first quota by name that does not suffice
 */
export function admitToQuotas(
  store: VersionedStore,
  resource: ResourceDefinition,
  object: KubeObject,
  previous?: KubeObject,
): void {
  const { namespace, name } = object.metadata
  if (namespace === undefined || store.isEmpty('resourcequotas', namespace)) return
  const evaluator = evaluators.find((one) => one.resource === resource)
  if (!evaluator || (previous && !movesScope(evaluator, object, previous))) return
  const refuse = (why: string) => forbidden(resource, name, why)
  const quotas = store
    .list('resourcequotas', namespace)
    .map((quota) => quota as unknown as ResourceQuota)
    .filter((quota) => namesUsedBy(evaluator, quota).length > 0 && evaluator.isInScope(quota.spec ?? {}, object))
  for (const quota of quotas) {
    const names = namesUsedBy(evaluator, quota)
    const unstated = evaluator.unstated(object, names)
    if (unstated !== '') throw refuse(`failed quota: ${quota.metadata?.name}: must specify ${unstated}`)
    const used = quota.status?.used ?? {}
    if (names.some((counted) => !(counted in used))) {
      throw refuse(`status unknown for quota: ${quota.metadata?.name}, resources: ${names}`)
    }
  }
  const usage = evaluator.usage(object)
  for (const quota of quotas) {
    if (previous && evaluator.isInScope(quota.spec ?? {}, previous)) continue
    const excess = excessOf(quota, usage)
    if (excess !== undefined) throw refuse(`exceeded quota: ${quota.metadata?.name}, ${excess}`)
  }
}

/** An update is held against quotas only where a deadline makes a pod another kind of pod. */
function movesScope({ resource }: Evaluator, object: KubeObject, previous: KubeObject): boolean {
  return (
    resource.plural === 'pods' && isTerminating(object as unknown as Pod) !== isTerminating(previous as unknown as Pod)
  )
}

function namesUsedBy({ uses }: Evaluator, { status }: ResourceQuota): readonly string[] {
  return Object.keys(status?.hard ?? {})
    .filter(uses)
    .sort()
}

/** `requested: pods=1, used: pods=2, limited: pods=2` of what is too much; undefined when nothing is. */
function excessOf({ status }: ResourceQuota, usage: Amounts): string | undefined {
  const hard = amountsOf(status?.hard)
  const used = amountsOf(status?.used)
  const rows = [...usage].sort().flatMap(([name, requested]) => {
    const limited = hard.get(name)
    const before = used.get(name)
    if (requested.nano === 0n || !limited || !before) return []
    return addQuantities(before, requested).nano > limited.nano ? [{ name, requested, before, limited }] : []
  })
  if (rows.length === 0) return undefined
  const shown = (amount: 'requested' | 'before' | 'limited') =>
    rows.map((row) => `${row.name}=${formatQuantity(row[amount])}`).join(',')
  return `requested: ${shown('requested')}, used: ${shown('before')}, limited: ${shown('limited')}`
}
