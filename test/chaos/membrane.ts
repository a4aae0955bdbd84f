import type { Clock } from '@davit/executor'

type Deed = () => void

/**
 * Everything that a process does with the world goes through here, one crossing at a time: calls out, answers in, timers.
 * Killed at a crossing, nothing goes through any more, as after `kill -9`: what it had sent is carried out, what it awaits
 * never comes. Paused, as by SIGSTOP, everything waits, and comes in order when it goes on.
 */
export class Membrane {
  readonly #clock: Clock
  readonly #onKilled: Deed
  readonly #timers = new Set<{ cancel(): void }>()
  #crossings = 0
  #killAt = Number.POSITIVE_INFINITY
  #onKilledThen: Deed = () => {}
  #state: 'open' | 'paused' | 'dead' = 'open'
  #held: Deed[] = []

  /** `onKilled`: what the system does for a dead process, as closing its sockets. */
  constructor(clock: Clock, onKilled: Deed) {
    this.#clock = clock
    this.#onKilled = onKilled
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  get isPaused(): boolean {
    return this.#state === 'paused'
  }

  /** Timers that wait. */
  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Dies at the `count`-th crossing from now on, unless it is to die before. */
  killAfter(count: number, onKilled: Deed): void {
    const killAt = this.#crossings + Math.max(1, count)
    if (killAt >= this.#killAt) return
    this.#killAt = killAt
    this.#onKilledThen = onKilled
  }

  pause(): void {
    if (this.#state === 'open') this.#state = 'paused'
  }

  goOn(): void {
    if (this.#state !== 'paused') return
    this.#state = 'open'
    const held = this.#held
    this.#held = []
    for (const deed of held) this.cross(deed)
  }

  /** Does it, unless the process is dead by then; later, while it is paused. */
  cross(deed: Deed): void {
    if (this.#state === 'dead') return
    if (this.#state === 'paused') {
      this.#held.push(deed)
      return
    }
    this.#crossings += 1
    if (this.#crossings >= this.#killAt) this.#die()
    else deed()
  }

  /** A call to the world, and its answer: a crossing each. */
  call<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.cross(() => {
        work().then(
          (value) => this.cross(() => resolve(value)),
          (error) => this.cross(() => reject(error)),
        )
      })
    })
  }

  /** What comes from the world, item by item. */
  iterate<T>(source: AsyncIterable<T>): AsyncIterable<T> {
    return {
      [Symbol.asyncIterator]: () => {
        const items = source[Symbol.asyncIterator]()
        return {
          next: () => this.call(() => items.next()),
          return: () => this.call(async () => (await items.return?.()) ?? { done: true, value: undefined }),
        }
      },
    }
  }

  /** The process' own clock. */
  readonly clock = {
    now: (): number => this.#clock.now(),
    setTimeout: (callback: Deed, delayMs: number): { cancel(): void } => {
      if (this.#state === 'dead') return { cancel: () => {} }
      let isWanted = true
      const ring = () => {
        this.#timers.delete(timer)
        if (isWanted) callback()
      }
      const timer = this.#clock.setTimeout(() => this.cross(ring), delayMs)
      this.#timers.add(timer)
      return {
        cancel: () => {
          isWanted = false
          timer.cancel()
          this.#timers.delete(timer)
        },
      }
    },
  }

  #die(): void {
    this.#state = 'dead'
    this.#held = []
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.#onKilled()
    this.#onKilledThen()
  }
}
