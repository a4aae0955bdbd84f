/** Choices by a row of numbers from 0 up to 1. */
export class Dice {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1))
  }

  chance(share: number): boolean {
    return this.#random() < share
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('there is nothing to choose from')
    return items[this.between(0, items.length - 1)] as T
  }

  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    const all = items.reduce((sum, [weight]) => sum + weight, 0)
    let place = this.#random() * all
    for (const [weight, item] of items) {
      place -= weight
      if (place < 0) return item
    }
    return this.pick(items)[1]
  }
}
