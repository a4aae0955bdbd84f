/** Enough for what a deployment's pods have alike at one time; what falls out is only held twice. */
const LIMIT = 5_000

/** Values that many pods have alike, each held once: every answer of the server brings copies of its own. */
export class SharedValues<T> {
  #held = new Map<string, T>()

  /** The value that is held under the key; the one that `make` gives, when none is. It must not be changed. */
  get(key: string, make: () => T): T {
    const held = this.#held.get(key)
    if (held !== undefined) return held
    if (this.#held.size >= LIMIT) this.#held.clear()
    const value = make()
    this.#held.set(key, value)
    return value
  }
}

const texts = new SharedValues<string>()

/** The same text, held once. For ids of tasks, names of nodes, times: not for what is of one pod alone. */
export function sharedText<T extends string | undefined>(text: T): T {
  return text === undefined ? text : (texts.get(text, () => text) as T)
}
