import type { Container, ObjectMeta, Pod, PodSpec } from '../kube/types.ts'
import { mergeListByName } from './merge-by-name.ts'
import { extendObjectField, joinLists, mergeObjects } from './merge-objects.ts'
import { clonePlain, isEmpty } from './plain-object.ts'

export interface ReconcileOptions {
  /**
   * What becomes of `env`, `volumes`, `volumeMounts` and `ports` that both sides have.
   * - `byName`: an item of the client's takes the place of its namesake (by mountPath, by port); `finalizers` and
   *   `ownerReferences` of both sides are kept.
   * - `airflow`: as Airflow does: appended, and only the client's `finalizers` and `ownerReferences` are kept.
   *
   * @default 'byName'
   */
  readonly duplicates?: 'byName' | 'airflow'
}

type Given<T> = T | null | undefined

/** A pod as it is merged: an override need not have everything that Kubernetes asks for. */
type Duplicates = NonNullable<ReconcileOptions['duplicates']>

const CONTAINER_LISTS = ['volumeMounts', 'env', 'envFrom', 'ports', 'volumeDevices']

/**
 * The base with the client laid over it: metadata and spec by their rules below, anything else by {@link mergeObjects}.
 * Neither input is changed or shared. Airflow: `PodGenerator.reconcile_pods`.
 *
 * @throws {ArgumentError} `ARGUMENT_INVALID`: something that must be a list is none.
 */
export function reconcilePods(base: Pod, client: Given<Pod>, options?: ReconcileOptions): Pod
export function reconcilePods(base: Given<Pod>, client: Given<Pod>, options?: ReconcileOptions): Given<Pod>
export function reconcilePods(base: Given<Pod>, client: Given<Pod>, options: ReconcileOptions = {}): Given<Pod> {
  if (client === null || client === undefined) return clonePlain(base)
  const spec = reconcileSpecs(base?.spec, client.spec, options)
  const metadata = reconcileMetadata(base?.metadata, client.metadata, options)
  const merged = { ...client, ...(spec ? { spec } : {}), ...(metadata ? { metadata } : {}) }
  return mergeObjects(base, merged, 'typed')
}

/** Labels and annotations of both sides, the client's values first; other fields by {@link mergeObjects}. Airflow: `reconcile_metadata`. */
export function reconcileMetadata(
  base: Given<ObjectMeta>,
  client: Given<ObjectMeta>,
  options: ReconcileOptions = {},
): ObjectMeta | null {
  if (isEmpty(base) || isEmpty(client)) return oneSide(base, client)
  const labels = mergeObjects(base?.labels, client?.labels, 'map')
  const annotations = mergeObjects(base?.annotations, client?.annotations, 'map')
  let merged: ObjectMeta = { ...client, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) }
  if (duplicatesOf(options) === 'byName') {
    for (const field of ['finalizers', 'ownerReferences']) merged = joined(base, merged, field, 'byName')
  }
  return mergeObjects(base, merged, 'typed') ?? null
}

/**
 * Containers by {@link reconcileContainers}; volumes of both sides; init containers by name, a pair of one name merged as
 * containers are; other fields by {@link mergeObjects}. Airflow: `reconcile_specs`.
 */
export function reconcileSpecs(
  base: Given<PodSpec>,
  client: Given<PodSpec>,
  options: ReconcileOptions = {},
): PodSpec | null {
  if (isEmpty(base) || isEmpty(client) || !base || !client) return oneSide(base, client)
  const duplicates = duplicatesOf(options)
  const withContainers = { ...client, containers: reconcileContainers(base.containers, client.containers, options) }
  const withVolumes = joined(base, withContainers, 'volumes', duplicates)
  const withInitContainers = joinLists(base, withVolumes, 'initContainers', (ours, theirs) =>
    mergeInitContainers(ours as readonly Container[], theirs as readonly Container[], duplicates),
  )
  return mergeObjects(base, withInitContainers, 'typed')
}

/**
 * Containers by their place: the first with the first. Of a pair, `volumeMounts`, `env`, `envFrom`, `ports` and
 * `volumeDevices` of both sides; other fields by {@link mergeObjects}. Surplus containers stay. Airflow: `reconcile_containers`.
 */
export function reconcileContainers(
  base: Given<readonly Container[]>,
  client: Given<readonly Container[]>,
  options: ReconcileOptions = {},
): Container[] {
  const ours = base ?? []
  const theirs = client ?? []
  const paired = theirs.map((container, index) => mergeContainer(ours[index], container, duplicatesOf(options)))
  return [...paired, ...clonePlain(ours.slice(theirs.length))]
}

function mergeInitContainers(
  base: readonly Container[],
  client: readonly Container[],
  duplicates: Duplicates,
): readonly Container[] {
  const unmatched = [...client]
  const merged = base.map((container) => {
    const index = unmatched.findIndex(({ name }) => name === container.name)
    const [override] = index < 0 ? [] : unmatched.splice(index, 1)
    return override === undefined ? container : mergeContainer(container, override, duplicates)
  })
  return [...merged, ...unmatched]
}

function mergeContainer(base: Container | undefined, client: Container, duplicates: Duplicates): Container {
  if (base === undefined) return clonePlain(client)
  const merged = CONTAINER_LISTS.reduce((result, field) => joined(base, result, field, duplicates), client)
  return mergeObjects(base, merged, 'typed')
}

function joined<T extends object>(base: Given<object>, client: T, field: string, duplicates: Duplicates): T {
  if (duplicates === 'airflow') return extendObjectField(base, client, field)
  return joinLists(base, client, field, (ours, theirs) => mergeListByName(field, ours, theirs))
}

function oneSide<T>(base: Given<T>, client: Given<T>): T | null {
  if (!isEmpty(client)) return clonePlain(client) ?? null
  if (!isEmpty(base)) return clonePlain(base) ?? null
  return null
}

function duplicatesOf({ duplicates = 'byName' }: ReconcileOptions): Duplicates {
  return duplicates
}
