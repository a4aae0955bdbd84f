import type { WatchRecord } from './record-store.ts'

/** One change of one object, in the order in which the reflector learned of it. */
export interface ChangeNotice<T extends WatchRecord> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** The object as it now is; of a deleted one the last state that is known. */
  readonly record: T
  /** What the store held of the same uid before; absent when it held nothing. */
  readonly previous?: T
  /** Learned from a list rather than from the watch. */
  readonly listed: boolean
  /**
   * A deletion that happened while nobody looked: the list no longer has the object, or another one has its name.
   * `record` is then what was last seen, which may lie well before the object's end.
   */
  readonly missed: boolean
}

/** The store is equal to a full list of the server, of this version. All changes that the list showed came before it. */
export interface ListedNotice {
  readonly type: 'LISTED'
  /** Of the scope; null: all namespaces. */
  readonly namespace: string | null
  readonly resourceVersion: string
  readonly size: number
  /** The first list since the start. */
  readonly first: boolean
  /** Whether the store has this object at its place; asked later, it answers for then. */
  readonly holds: (object: Pick<WatchRecord, 'namespace' | 'name' | 'uid'>) => boolean
}

/** What a {@link Reflector} tells its owner. */
export type Notice<T extends WatchRecord> = ChangeNotice<T> | ListedNotice
