import { type Change, ChangeLog } from './change-log.ts'
import { deepFreeze, type KubeObject, objectKey } from './kube-object.ts'

/** What a store tells: the resource (`pods`) and the change, after it is stored, in the order of revisions. */
export type ChangeListener = (resource: string, change: Change) => void

interface Collection {
  readonly objects: Map<string, KubeObject>
  readonly log: ChangeLog
  /** Sorted: putting a key in its place costs less than sorting when somebody lists. */
  readonly keys: string[]
}

/**
 * Every object of the cluster, in memory, as etcd has it: one revision counter for all resources, a log of changes for
 * each. It knows no rules of any resource and answers to nobody but the API server.
 *
 * Promises: a stored object never changes; listeners hear each change once, in order, also of those that a listener
 * makes itself.
 */
export class VersionedStore {
  readonly #collections = new Map<string, Collection>()
  readonly #listeners = new Set<ChangeListener>()
  readonly #untold: { resource: string; change: Change }[] = []
  readonly #logLimit: number
  #telling = false
  // A version of 0 means "any" in the API, so nothing may have it.
  #revision = 1

  /**
   * `logLimit`: how many changes of each resource can be read back at least. The default holds all that happens to 5,000
   * pods, so that no watch of theirs loses its place, however slow its client is.
   */
  constructor({ logLimit = 40_000 } = {}) {
    this.#logLimit = logLimit
  }

  get revision(): number {
    return this.#revision
  }

  /** The log of one resource's changes. */
  log(resource: string): ChangeLog {
    return this.#collection(resource).log
  }

  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#collection(resource).objects.get(objectKey(namespace, name))
  }

  /** All objects of one resource, or of one namespace in it, ordered by key. */
  list(resource: string, namespace?: string): KubeObject[] {
    const collection = this.#collection(resource)
    const { keys } = collection
    if (namespace === undefined) return keys.flatMap((key) => collection.objects.get(key) ?? [])
    const prefix = `${namespace}/`
    const found: KubeObject[] = []
    for (let index = firstAtLeast(keys, prefix); index < keys.length; index++) {
      const key = keys[index]
      if (!key?.startsWith(prefix)) break
      const object = collection.objects.get(key)
      if (object) found.push(object)
    }
    return found
  }

  /** Whether a namespace has no object of the resource. */
  isEmpty(resource: string, namespace: string): boolean {
    const { keys } = this.#collection(resource)
    return !keys[firstAtLeast(keys, `${namespace}/`)]?.startsWith(`${namespace}/`)
  }

  /** The list as it was at a revision; undefined when that is forgotten. */
  listAt(resource: string, namespace: string | undefined, revision: number): KubeObject[] | undefined {
    const collection = this.#collection(resource)
    if (revision >= this.#revision) return this.list(resource, namespace)
    if (revision < collection.log.forgottenRevision) return undefined
    const then = new Map(collection.objects)
    for (const change of collection.log.undoing(revision)) {
      if (change.previous) then.set(change.key, change.previous)
      else then.delete(change.key)
    }
    const prefix = namespace === undefined ? '' : `${namespace}/`
    const keys = [...then.keys()].filter((key) => key.startsWith(prefix)).sort()
    return keys.flatMap((key) => then.get(key) ?? [])
  }

  /** Stores a new object; undefined when there is one of that name. */
  create(resource: string, object: KubeObject): KubeObject | undefined {
    const collection = this.#collection(resource)
    const key = keyOf(object)
    if (collection.objects.has(key)) return undefined
    const stored = this.#versioned(object)
    collection.objects.set(key, stored)
    collection.keys.splice(firstAtLeast(collection.keys, key), 0, key)
    this.#record(resource, collection, { revision: this.#revision, type: 'ADDED', key, object: stored })
    return stored
  }

  /** Replaces an object that is there. */
  update(resource: string, object: KubeObject): KubeObject {
    const collection = this.#collection(resource)
    const key = keyOf(object)
    const previous = collection.objects.get(key)
    if (!previous) throw new Error(`${resource} ${key} is not stored`)
    const stored = this.#versioned(object)
    collection.objects.set(key, stored)
    this.#record(resource, collection, { revision: this.#revision, type: 'MODIFIED', key, object: stored, previous })
    return stored
  }

  /** Removes an object. Returns what was stored last, under the revision of the deletion. */
  delete(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const collection = this.#collection(resource)
    const key = objectKey(namespace, name)
    const previous = collection.objects.get(key)
    if (!previous) return undefined
    collection.objects.delete(key)
    collection.keys.splice(firstAtLeast(collection.keys, key), 1)
    const last = this.#versioned(previous)
    this.#record(resource, collection, { revision: this.#revision, type: 'DELETED', key, object: last, previous })
    return last
  }

  /** Forgets every revision but the newest, as etcd does when it is compacted. */
  compact(): void {
    for (const collection of this.#collections.values()) collection.log.forget(this.#revision)
  }

  /** Returns the function that ends it. */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #collection(resource: string): Collection {
    const known = this.#collections.get(resource)
    if (known) return known
    const fresh: Collection = { objects: new Map(), log: new ChangeLog(this.#logLimit, 1), keys: [] }
    this.#collections.set(resource, fresh)
    return fresh
  }

  #versioned(object: KubeObject): KubeObject {
    this.#revision++
    return deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } })
  }

  /** A listener may write: its change waits until every listener heard this one. */
  #record(resource: string, collection: Collection, change: Change): void {
    collection.log.append(change)
    this.#untold.push({ resource, change })
    if (this.#telling) return
    this.#telling = true
    try {
      for (let next = this.#untold.shift(); next; next = this.#untold.shift()) {
        for (const listener of this.#listeners) listener(next.resource, next.change)
      }
    } finally {
      this.#telling = false
    }
  }
}

function keyOf(object: KubeObject): string {
  return objectKey(object.metadata.namespace, object.metadata.name)
}

function firstAtLeast(keys: readonly string[], wanted: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] ?? '') < wanted) low = middle + 1
    else high = middle
  }
  return low
}
