interface Pending {
  at: number
  readonly callback: () => void
  handle: NodeJS.Timeout
}

/** The machine's clock, which can be put forward: what falls due meanwhile happens at once, in order. It fits every package's `Clock`. */
export class SkippingClock {
  readonly #pending = new Set<Pending>()
  #skippedMs = 0

  now(): number {
    return Date.now() + this.#skippedMs
  }

  setTimeout(callback: () => void, delayMs: number): { cancel(): void } {
    const pending: Pending = {
      at: this.now() + delayMs,
      callback,
      handle: setTimeout(() => this.#ring(pending), delayMs),
    }
    this.#pending.add(pending)
    return {
      cancel: () => {
        clearTimeout(pending.handle)
        this.#pending.delete(pending)
      },
    }
  }

  skip(ms: number): void {
    this.#skippedMs += ms
    for (const pending of [...this.#pending].sort((a, b) => a.at - b.at)) {
      clearTimeout(pending.handle)
      pending.handle = setTimeout(() => this.#ring(pending), Math.max(0, pending.at - this.now()))
    }
  }

  #ring(pending: Pending): void {
    this.#pending.delete(pending)
    pending.callback()
  }
}
