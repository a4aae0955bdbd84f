/** Enough for what a deployment's pods have alike at one time; what falls out is only held twice. */
const LIMIT = 5_000

/** Values that many pods have alike, each held once: every answer of the server brings copies of its own. */
export class SharedValues<T, K = string> {
  readonly #held = new Map<K, T>()

  /** The value that is held under the key; the one that `make` gives, when none is. It must not be changed. */
  get(key: K, make: () => T): T {
    const held = this.#held.get(key)
    if (held !== undefined) return held
    if (this.#held.size >= LIMIT) this.#held.clear()
    const value = make()
    this.#held.set(key, value)
    return value
  }
}

const texts = new Map<string, string>()

/** The same text, held once. For ids of tasks, names of nodes, times: not for what is of one pod alone. */
export function sharedText<T extends string | undefined>(text: T): T {
  if (text === undefined) return text
  const held = texts.get(text)
  if (held !== undefined) return held as T
  if (texts.size >= LIMIT) texts.clear()
  texts.set(text, text)
  return text
}
