import { isBadRequest, isInvalid } from '../kube/status-predicates.ts'
import type { WatchEvent } from '../kube/types.ts'
import type { FullList } from './list-all.ts'
import { PlaceMap } from './place-map.ts'

/**
 * The list that a watch with `sendInitialEvents` begins with: one ADDED for each object, and a bookmark with a mark behind the
 * last. What changes meanwhile comes among them, so that the last state of each counts.
 */
export class InitialEvents<T extends { readonly namespace: string; readonly name: string }> {
  readonly #items = new PlaceMap<T>()

  /** The list, once it is whole; until then null. */
  take(event: WatchEvent<T>): FullList<T> | null {
    if (event.type === 'BOOKMARK') {
      return event.initialEventsEnd
        ? { items: [...this.#items.values()], resourceVersion: event.resourceVersion }
        : null
    }
    if (event.type === 'ERROR') return null
    const { namespace, name } = event.object
    if (event.type === 'DELETED') this.#items.delete(namespace, name)
    else this.#items.set(namespace, name, event.object)
    return null
  }
}

/** A server without the feature, or of before it, refuses its parameters. */
export function isWithoutInitialEvents(error: unknown): boolean {
  return isInvalid(error) || isBadRequest(error)
}
