/**
 * A map by namespace and name: where something is in the cluster. Never joins the two to one text, which would be made anew
 * for each look, and held for each entry.
 */
export class PlaceMap<V> {
  readonly #namespaces = new Map<string, Map<string, V>>()

  get size(): number {
    let size = 0
    for (const names of this.#namespaces.values()) size += names.size
    return size
  }

  get(namespace: string, name: string): V | undefined {
    return this.#namespaces.get(namespace)?.get(name)
  }

  set(namespace: string, name: string, value: V): void {
    const names = this.#namespaces.get(namespace)
    if (names) names.set(name, value)
    else this.#namespaces.set(namespace, new Map([[name, value]]))
  }

  delete(namespace: string, name: string): void {
    const names = this.#namespaces.get(namespace)
    if (!names?.delete(name)) return
    if (names.size === 0) this.#namespaces.delete(namespace)
  }

  /** Namespace by namespace. */
  *values(): IterableIterator<V> {
    for (const names of this.#namespaces.values()) yield* names.values()
  }
}
