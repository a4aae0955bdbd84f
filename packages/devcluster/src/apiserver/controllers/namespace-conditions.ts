import { apiTime } from '../../api-time.ts'

/** What the namespace controller says of a namespace that ends. */
export interface NamespaceCondition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly lastTransitionTime?: string
  readonly reason?: string
  readonly message?: string
}

/** What was found in a namespace after everything in it was deleted. */
export interface Remains {
  /** How many objects, by `PLURAL.GROUP`: the core's group is empty. */
  readonly resources: ReadonlyMap<string, number>
  /** How many objects, by the finalizer that keeps them. */
  readonly finalizers: ReadonlyMap<string, number>
  /** What could not be deleted, and why. */
  readonly failures: readonly string[]
}

/** In the order in which they are added, as they are where nothing is in the way. */
const WHEN_WELL: readonly (readonly [type: string, reason: string, message: string])[] = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  [
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
]

/**
 * The conditions with those that the remains make: each in the place of the one of its type, else behind the others. Its
 * time is that of the last change from true to false or back. Kubernetes: namespaceConditionUpdater.
 */
export function withNamespaceConditions(
  conditions: readonly NamespaceCondition[],
  remains: Remains,
  now: number,
): readonly NamespaceCondition[] {
  const next = [...conditions]
  const troubles = troublesOf(remains)
  for (const [type, reason, message] of WHEN_WELL) {
    const index = next.findIndex((condition) => condition.type === type)
    const old = next[index]
    const said = troubles.get(type) ?? { status: 'False', reason, message }
    if (old && old.status === said.status && old.reason === said.reason && old.message === said.message) continue
    const time = old?.status === said.status ? old.lastTransitionTime : apiTime(now)
    const condition = { type, ...said, ...(time !== undefined && { lastTransitionTime: time }) }
    if (old) next[index] = condition
    else next.push(condition)
  }
  return next
}

type Trouble = Pick<NamespaceCondition, 'status' | 'reason' | 'message'>

function troublesOf({ resources, finalizers, failures }: Remains): ReadonlyMap<string, Trouble> {
  const troubles = new Map<string, Trouble>()
  const add = (type: string, reason: string, message: string) => troubles.set(type, { status: 'True', reason, message })
  if (failures.length > 0) {
    add(
      'NamespaceDeletionContentFailure',
      'ContentDeletionFailed',
      `Failed to delete all resource types, ${failures.length} remaining: ${failures.toSorted().join(', ')}`,
    )
  }
  if (resources.size > 0) {
    const found = counted(resources, (name, count) => `${name} has ${count} resource instances`)
    add('NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${found}`)
  }
  if (finalizers.size > 0) {
    const found = counted(finalizers, (name, count) => `${name} in ${count} resource instances`)
    add(
      'NamespaceFinalizersRemaining',
      'SomeFinalizersRemain',
      `Some content in the namespace has finalizers remaining: ${found}`,
    )
  }
  return troubles
}

function counted(counts: ReadonlyMap<string, number>, textOf: (name: string, count: number) => string): string {
  return Array.from(counts, ([name, count]) => textOf(name, count))
    .sort()
    .join(', ')
}
