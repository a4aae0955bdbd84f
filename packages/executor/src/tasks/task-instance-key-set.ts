import type { TaskInstanceKey } from './task-instance-key.ts'
import { TaskInstanceKeyMap } from './task-instance-key-map.ts'

/** A set of task instance keys, which are equal by value. Iterates in order of insertion. */
export class TaskInstanceKeySet implements Iterable<TaskInstanceKey> {
  readonly #keys = new TaskInstanceKeyMap<true>()

  constructor(keys: Iterable<TaskInstanceKey> = []) {
    for (const key of keys) this.add(key)
  }

  get size(): number {
    return this.#keys.size
  }

  has(key: TaskInstanceKey): boolean {
    return this.#keys.has(key)
  }

  add(key: TaskInstanceKey): this {
    if (!this.#keys.has(key)) this.#keys.set(key, true)
    return this
  }

  delete(key: TaskInstanceKey): boolean {
    return this.#keys.delete(key)
  }

  clear(): void {
    this.#keys.clear()
  }

  values(): IterableIterator<TaskInstanceKey> {
    return this.#keys.keys()
  }

  [Symbol.iterator](): IterableIterator<TaskInstanceKey> {
    return this.#keys.keys()
  }
}
