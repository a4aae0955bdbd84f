import { isSameTaskInstanceKey, type TaskInstanceKey, taskInstanceKeyHash } from './task-instance-key.ts'

/** So few are looked through one by one. */
const FEW = 8

/**
 * Keys and values in order of insertion; a row that was deleted stays empty until the rest moves to other rows. Beside them, by
 * hash, where each key is: so a key is found without a text that would have to be made for each look, and held for each entry.
 */
class Rows<V> {
  readonly keys: (TaskInstanceKey | undefined)[] = []
  readonly values: (V | undefined)[] = []
  size = 0
  /** Where the rest moved. */
  successor: Rows<V> | null = null
  /** By hash, or in the next place that was free: the number of the row, from 1. Null: there are few. */
  #places: Int32Array | null = null

  /** The row of the key; -1: none. */
  find(key: TaskInstanceKey): number {
    const { keys } = this
    const places = this.#places
    if (places === null) return keys.findIndex((held) => held !== undefined && isSameTaskInstanceKey(held, key))
    const mask = places.length - 1
    for (let place = taskInstanceKeyHash(key) & mask; ; place = (place + 1) & mask) {
      const row = (places[place] as number) - 1
      if (row < 0) return -1
      const held = keys[row]
      if (held !== undefined && isSameTaskInstanceKey(held, key)) return row
    }
  }

  /** Of a key that is in no row. */
  add(key: TaskInstanceKey, value: V): void {
    const row = this.keys.push(key) - 1
    this.values.push(value)
    this.size += 1
    if (row < FEW) return
    // At most half of the places are taken, so that a free one is near.
    if (this.#places !== null && 2 * this.keys.length <= this.#places.length) this.#place(key, row, this.#places)
    else this.#makePlaces()
  }

  empty(row: number): void {
    this.keys[row] = undefined
    this.values[row] = undefined
    this.size -= 1
  }

  /** Rows without empty ones between them. */
  moved(): Rows<V> {
    const rows = new Rows<V>()
    for (const [row, key] of this.keys.entries()) if (key !== undefined) rows.add(key, this.values[row] as V)
    this.successor = rows
    return rows
  }

  #makePlaces(): void {
    const places = new Int32Array(2 * 2 ** Math.ceil(Math.log2(this.keys.length)))
    for (const [row, key] of this.keys.entries()) if (key !== undefined) this.#place(key, row, places)
    this.#places = places
  }

  #place(key: TaskInstanceKey, row: number, places: Int32Array): void {
    const mask = places.length - 1
    let place = taskInstanceKeyHash(key) & mask
    while (places[place] !== 0) place = (place + 1) & mask
    places[place] = row + 1
  }
}

/** A map from task instance keys, which are equal by value. Iterates as a `Map` does: `[key, value]` in order of insertion. */
export class TaskInstanceKeyMap<V> implements Iterable<[TaskInstanceKey, V]> {
  #rows = new Rows<V>()

  constructor(entries: Iterable<readonly [TaskInstanceKey, V]> = []) {
    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return this.#rows.size
  }

  get(key: TaskInstanceKey): V | undefined {
    const row = this.#rows.find(key)
    return row < 0 ? undefined : this.#rows.values[row]
  }

  has(key: TaskInstanceKey): boolean {
    return this.#rows.find(key) >= 0
  }

  /** Replaces the value of an equal key, which keeps its place. */
  set(key: TaskInstanceKey, value: V): this {
    const row = this.#rows.find(key)
    if (row < 0) this.#rows.add(key, value)
    else {
      this.#rows.keys[row] = key
      this.#rows.values[row] = value
    }
    return this
  }

  delete(key: TaskInstanceKey): boolean {
    const row = this.#rows.find(key)
    if (row < 0) return false
    this.#rows.empty(row)
    const { size, keys } = this.#rows
    if (keys.length > FEW && 2 * size < keys.length) this.#rows = this.#rows.moved()
    return true
  }

  clear(): void {
    for (const row of this.#rows.keys.keys()) if (this.#rows.keys[row] !== undefined) this.#rows.empty(row)
    this.#rows = this.#rows.moved()
  }

  *keys(): IterableIterator<TaskInstanceKey> {
    for (const [key] of this.entries()) yield key
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value
  }

  /** What is set or deleted meanwhile counts, as in a `Map`. */
  *entries(): IterableIterator<[TaskInstanceKey, V]> {
    let rows = this.#rows
    for (let row = 0; ; row++) {
      while (rows.successor !== null) {
        let before = 0
        for (let each = 0; each < row; each++) if (rows.keys[each] !== undefined) before++
        row = before
        rows = rows.successor
      }
      if (row >= rows.keys.length) return
      const key = rows.keys[row]
      if (key !== undefined) yield [key, rows.values[row] as V]
    }
  }

  [Symbol.iterator](): IterableIterator<[TaskInstanceKey, V]> {
    return this.entries()
  }

  forEach(callback: (value: V, key: TaskInstanceKey, map: TaskInstanceKeyMap<V>) => void): void {
    for (const [key, value] of this) callback(value, key, this)
  }
}
