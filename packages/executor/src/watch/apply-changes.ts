import { compareResourceVersions } from './compare-resource-versions.ts'
import type { ChangeNotice } from './notice.ts'
import { type Projected, Unprojected } from './project-safely.ts'
import type { RecordStore, WatchRecord } from './record-store.ts'

/**
 * Makes the store equal to a full list, and gives what that changed: first what is gone, then what is new or different.
 * The list is the truth, also where its versions are lower: etcd may have been restored.
 */
export function applyList<T extends WatchRecord>(
  store: RecordStore<T>,
  items: readonly Projected<T>[],
): ChangeNotice<T>[] {
  const present = new Set(items.map(({ namespace, name }) => `${namespace}/${name}`))
  const gone = [...store.values()].filter(({ namespace, name }) => !present.has(`${namespace}/${name}`))
  for (const record of gone) store.delete(record)
  return [...gone.map((record) => missed(record, { listed: true })), ...items.flatMap((item) => put(store, item, true))]
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
