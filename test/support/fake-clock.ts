/**
 * A clock that stands still until told: `advance` runs the calls that fall due, in order, and lets promises settle
 * between them. It fits every package's `Clock`.
 */
export class FakeClock {
  #now: number
  #pending: { at: number; order: number; callback: () => void }[] = []
  #order = 0

  constructor(startMs = Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  setTimeout(callback: () => void, delayMs: number): { cancel(): void } {
    const entry = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback }
    this.#pending.push(entry)
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry)
      },
    }
  }

  /** Puts the clock forward or back, as someone who corrects it or a machine that slept: its timers know nothing of it. */
  jump(ms: number): void {
    this.#now += ms
    for (const entry of this.#pending) entry.at += ms
  }

  /** How many calls are waiting: a stopped component must leave none. */
  get pendingCount(): number {
    return this.#pending.length
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = next.at
      this.#pending = this.#pending.filter((other) => other !== next)
      next.callback()
      await settle()
    }
    this.#now = end
  }

  #next(end: number) {
    return this.#pending.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0]
  }
}

/** Lets everything that is ready run: promises, and what the event loop has at hand. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
