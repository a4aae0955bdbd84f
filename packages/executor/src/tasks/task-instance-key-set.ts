import { type TaskInstanceKey, taskInstanceKeyText } from './task-instance-key.ts'

/** A set of task instance keys, which are equal by value. Iterates in order of insertion. */
export class TaskInstanceKeySet implements Iterable<TaskInstanceKey> {
  readonly #keys = new Map<string, TaskInstanceKey>()

  constructor(keys: Iterable<TaskInstanceKey> = []) {
    for (const key of keys) this.add(key)
  }

  get size(): number {
    return this.#keys.size
  }

  has(key: TaskInstanceKey): boolean {
    return this.#keys.has(taskInstanceKeyText(key))
  }

  add(key: TaskInstanceKey): this {
    const text = taskInstanceKeyText(key)
    if (!this.#keys.has(text)) this.#keys.set(text, key)
    return this
  }

  delete(key: TaskInstanceKey): boolean {
    return this.#keys.delete(taskInstanceKeyText(key))
  }

  clear(): void {
    this.#keys.clear()
  }

  values(): IterableIterator<TaskInstanceKey> {
    return this.#keys.values()
  }

  [Symbol.iterator](): IterableIterator<TaskInstanceKey> {
    return this.#keys.values()
  }
}
