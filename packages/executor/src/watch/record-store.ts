import { PlaceMap } from './place-map.ts'

/** What a projection must keep of an object, so that it can be found again and its changes told apart. */
export interface WatchRecord {
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly resourceVersion: string
}

/** The records of one scope as they were last seen: one for each namespace and name. */
export interface ReadonlyRecordStore<T extends WatchRecord> {
  readonly size: number
  get(namespace: string, name: string): T | undefined
  values(): IterableIterator<T>
}

/** Only its reflector writes to it. */
export class RecordStore<T extends WatchRecord> implements ReadonlyRecordStore<T> {
  readonly #byName = new PlaceMap<T>()

  get size(): number {
    return this.#byName.size
  }

  get(namespace: string, name: string): T | undefined {
    return this.#byName.get(namespace, name)
  }

  values(): IterableIterator<T> {
    return this.#byName.values()
  }

  /** Puts the record in the place of its namesake, whatever that one's uid. */
  set(record: T): void {
    this.#byName.set(record.namespace, record.name, record)
  }

  /** Takes away the record of that namespace and name. */
  delete({ namespace, name }: Pick<T, 'namespace' | 'name'>): void {
    this.#byName.delete(namespace, name)
  }
}
