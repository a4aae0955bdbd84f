import { compareResourceVersions } from './compare-resource-versions.ts'
import type { ChangeNotice } from './notice.ts'
import { PlaceMap } from './place-map.ts'
import { type Projected, Unprojected } from './project-safely.ts'
import type { RecordStore, WatchRecord } from './record-store.ts'

/**
 * What comes of a full list, first: takes everything from the store that the list does not have. The list is the truth, also
 * where its versions are lower: etcd may have been restored.
 */
export function applyAbsences<T extends WatchRecord>(
  store: RecordStore<T>,
  items: readonly Projected<T>[],
): ChangeNotice<T>[] {
  if (store.size === 0) return []
  const present = new PlaceMap<true>()
  for (const { namespace, name } of items) present.set(namespace, name, true)
  const gone = [...store.values()].filter(({ namespace, name }) => !present.get(namespace, name))
  for (const record of gone) store.delete(record)
  return gone.map((record) => missed(record, { listed: true }))
}

/** And then what is new or different in it, item by item. */
export function applyListed<T extends WatchRecord>(store: RecordStore<T>, item: Projected<T>): ChangeNotice<T>[] {
  return put(store, item, true)
}

/** An ADDED or MODIFIED event. What is older than what the store holds of that name changes nothing. */
export function applyPut<T extends WatchRecord>(store: RecordStore<T>, record: Projected<T>): ChangeNotice<T>[] {
  const held = store.get(record.namespace, record.name)
  if (held && (compareResourceVersions(record.resourceVersion, held.resourceVersion) ?? 1) < 0) return []
  return put(store, record, false)
}

/** A DELETED event. It is told also of what the store never held, but leaves a namesake of another uid alone. */
export function applyDelete<T extends WatchRecord>(store: RecordStore<T>, object: Projected<T>): ChangeNotice<T>[] {
  const held = store.get(object.namespace, object.name)
  const previous = held?.uid === object.uid ? held : undefined
  if (previous) store.delete(previous)
  const record = object instanceof Unprojected ? previous : object
  if (!record) return []
  return [{ type: 'DELETED', record, ...(previous ? { previous } : {}), listed: false, missed: false }]
}

function put<T extends WatchRecord>(store: RecordStore<T>, record: Projected<T>, listed: boolean): ChangeNotice<T>[] {
  if (record instanceof Unprojected) return []
  const held = store.get(record.namespace, record.name)
  if (held?.uid === record.uid) {
    if (held.resourceVersion === record.resourceVersion) return []
    store.set(record)
    return [{ type: 'MODIFIED', record, previous: held, listed, missed: false }]
  }
  store.set(record)
  const added: ChangeNotice<T> = { type: 'ADDED', record, listed, missed: false }
  return held ? [missed(held, { listed }), added] : [added]
}

function missed<T extends WatchRecord>(record: T, { listed }: { listed: boolean }): ChangeNotice<T> {
  return { type: 'DELETED', record, previous: record, listed, missed: true }
}
