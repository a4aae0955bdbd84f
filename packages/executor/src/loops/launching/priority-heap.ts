/**
 * A binary heap: the item that comes `before` all others is on top. Items are found again by identity. Public, so that a
 * scheduler on top of the executor orders what waits by the same means.
 */
export class PriorityHeap<T> {
  #items: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    this.#items.push(item)
    this.#rise(this.#items.length - 1)
  }

  pop(): T | undefined {
    const top = this.#items[0]
    if (top !== undefined) this.#removeAt(0)
    return top
  }

  /** True when it was there. */
  remove(item: T): boolean {
    const index = this.#items.indexOf(item)
    if (index >= 0) this.#removeAt(index)
    return index >= 0
  }

  values(): IterableIterator<T> {
    return this.#items.values()
  }

  #removeAt(index: number): void {
    const last = this.#items.pop()
    // An array keeps the room that it once had.
    if (this.#items.length === 0) this.#items = []
    if (last === undefined || index === this.#items.length) return
    this.#items[index] = last
    this.#sink(index)
    this.#rise(index)
  }

  #rise(from: number): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#swapIfBefore(index, parent)) return
      index = parent
    }
  }

  #sink(from: number): void {
    let index = from
    for (;;) {
      const left = 2 * index + 1
      const right = left + 1
      const child = this.#isBefore(right, left) ? right : left
      if (!this.#swapIfBefore(child, index)) return
      index = child
    }
  }

  #isBefore(i: number, j: number): boolean {
    const a = this.#items[i]
    const b = this.#items[j]
    return a !== undefined && b !== undefined && this.#before(a, b)
  }

  /** Swaps the items at `i` and `j` when the one at `i` comes first. */
  #swapIfBefore(i: number, j: number): boolean {
    const a = this.#items[i]
    const b = this.#items[j]
    if (a === undefined || b === undefined || !this.#before(a, b)) return false
    this.#items[i] = b
    this.#items[j] = a
    return true
  }
}
