/** A binary heap: the item that comes `before` all others is on top. */
export class Heap<T> {
  readonly #items: T[] = []
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
    let index = this.#items.length - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#swapIfBefore(index, parent)) return
      index = parent
    }
  }

  pop(): T | undefined {
    const top = this.#items[0]
    const last = this.#items.pop()
    if (last === undefined || this.#items.length === 0) return top
    this.#items[0] = last
    this.#sink()
    return top
  }

  #sink(): void {
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const child = this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#swapIfBefore(child, index)) return
      index = child
    }
  }

  #isBefore(i: number, j: number): boolean {
    const a = this.#items[i]
    const b = this.#items[j]
    return a !== undefined && b !== undefined && this.#before(a, b)
  }

  #swapIfBefore(i: number, j: number): boolean {
    const a = this.#items[i]
    const b = this.#items[j]
    if (a === undefined || b === undefined || !this.#before(a, b)) return false
    this.#items[i] = b
    this.#items[j] = a
    return true
  }
}
