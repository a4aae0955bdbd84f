import { PriorityHeap } from './priority-heap.ts'

/** What the queue must know of a waiting launch. `namespace` may change between two stays in the queue, not during one. */
export interface QueuedLaunch {
  readonly priority: number
  /** Smaller is older. Kept when a launch is put back, so that it does not lose its place. */
  readonly sequence: number
  readonly namespace: string
}

/**
 * Launches that wait for their create: by priority, then by age. One that was refused waits beside the queue until its
 * time, and a closed namespace (out of quota, for one) is passed over, so that neither holds up the others.
 */
export class LaunchQueue<T extends QueuedLaunch> {
  readonly #ready = new Map<string, PriorityHeap<T>>()
  readonly #delayed = new PriorityHeap<{ item: T; until: number }>((a, b) => a.until < b.until)

  get size(): number {
    let size = this.#delayed.size
    for (const heap of this.#ready.values()) size += heap.size
    return size
  }

  push(item: T): void {
    let heap = this.#ready.get(item.namespace)
    if (!heap) {
      heap = new PriorityHeap<T>(isBefore)
      this.#ready.set(item.namespace, heap)
    }
    heap.push(item)
  }

  /** Puts the launch back; it can be taken again at `until` (the caller's clock, milliseconds). */
  pushDelayed(item: T, until: number): void {
    this.#delayed.push({ item, until })
  }

  /** Takes the first launch that may go now; undefined when there is none. */
  take(now: number, isOpen: (namespace: string) => boolean): T | undefined {
    this.#release(now)
    let best: T | undefined
    for (const [namespace, heap] of this.#ready) {
      const first = heap.peek()
      if (first && isOpen(namespace) && (!best || isBefore(first, best))) best = first
    }
    if (best === undefined) return undefined
    const heap = this.#ready.get(best.namespace)
    heap?.pop()
    if (heap?.size === 0) this.#ready.delete(best.namespace)
    return best
  }

  /** When the next delayed launch may be taken; null when none is delayed. */
  get nextReleaseAt(): number | null {
    return this.#delayed.peek()?.until ?? null
  }

  /** Namespaces in which a launch could be taken if they were open. */
  readyNamespaces(): IterableIterator<string> {
    return this.#ready.keys()
  }

  /** True when the launch was waiting here. */
  remove(item: T): boolean {
    for (const heap of this.#ready.values()) if (heap.remove(item)) return true
    for (const entry of this.#delayed.values()) if (entry.item === item) return this.#delayed.remove(entry)
    return false
  }

  #release(now: number): void {
    for (let next = this.#delayed.peek(); next && next.until <= now; next = this.#delayed.peek()) {
      this.#delayed.pop()
      this.push(next.item)
    }
  }
}

function isBefore(a: QueuedLaunch, b: QueuedLaunch): boolean {
  return a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority
}
