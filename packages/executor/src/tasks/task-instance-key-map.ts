import { type TaskInstanceKey, taskInstanceKeyText } from './task-instance-key.ts'

/** A map from task instance keys, which are equal by value. Iterates as a `Map` does: `[key, value]` in order of insertion. */
export class TaskInstanceKeyMap<V> implements Iterable<[TaskInstanceKey, V]> {
  readonly #entries = new Map<string, [TaskInstanceKey, V]>()

  constructor(entries: Iterable<readonly [TaskInstanceKey, V]> = []) {
    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: TaskInstanceKey): V | undefined {
    return this.#entries.get(taskInstanceKeyText(key))?.[1]
  }

  has(key: TaskInstanceKey): boolean {
    return this.#entries.has(taskInstanceKeyText(key))
  }

  /** Replaces the value of an equal key, which keeps its place. */
  set(key: TaskInstanceKey, value: V): this {
    this.#entries.set(taskInstanceKeyText(key), [key, value])
    return this
  }

  delete(key: TaskInstanceKey): boolean {
    return this.#entries.delete(taskInstanceKeyText(key))
  }

  clear(): void {
    this.#entries.clear()
  }

  *keys(): IterableIterator<TaskInstanceKey> {
    for (const [key] of this.#entries.values()) yield key
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.#entries.values()) yield value
  }

  *entries(): IterableIterator<[TaskInstanceKey, V]> {
    for (const [key, value] of this.#entries.values()) yield [key, value]
  }

  [Symbol.iterator](): IterableIterator<[TaskInstanceKey, V]> {
    return this.entries()
  }

  forEach(callback: (value: V, key: TaskInstanceKey, map: TaskInstanceKeyMap<V>) => void): void {
    for (const [key, value] of this) callback(value, key, this)
  }
}
