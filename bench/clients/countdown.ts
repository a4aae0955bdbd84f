/** Resolves when it was counted down so many times. */
export class Countdown {
  readonly done: Promise<void>
  #left: number
  readonly #resolve: () => void

  constructor(count: number) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.done = promise
    this.#left = count
    this.#resolve = resolve
  }

  get left(): number {
    return this.#left
  }

  count(): void {
    this.#left -= 1
    if (this.#left === 0) this.#resolve()
  }
}
