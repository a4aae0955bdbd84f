import type { QueuedWorkload } from './base-executor.ts'
import { PriorityHeap } from './loops/launching/priority-heap.ts'
import type { TaskInstanceKey } from './tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from './tasks/task-instance-key-map.ts'

interface Item {
  readonly key: TaskInstanceKey
  readonly workload: QueuedWorkload
  readonly priority: number
  /** Smaller came earlier. */
  readonly sequence: number
}

/**
 * Workloads that wait for a slot. A map for all who look at it, and a heap beside, so that taking the first of ten
 * thousand costs no look at each of them.
 */
export class QueuedWorkloads extends TaskInstanceKeyMap<QueuedWorkload> {
  #heap = new PriorityHeap<Item>(isBefore)
  /** What the heap has of each key; whatever else is in it was replaced or deleted, and is dropped when it comes up. */
  readonly #items = new TaskInstanceKeyMap<Item>()
  #sequence = 0

  /** A workload that takes the place of one with an equal key keeps its age. */
  override set(key: TaskInstanceKey, workload: QueuedWorkload): this {
    const sequence = this.#items.get(key)?.sequence ?? this.#sequence++
    const item = { key, workload, priority: workload.priority ?? 1, sequence }
    this.#items.set(key, item)
    this.#heap.push(item)
    if (this.#heap.size > 2 * this.#items.size + 100) this.#rebuild()
    return super.set(key, workload)
  }

  override delete(key: TaskInstanceKey): boolean {
    this.#items.delete(key)
    return super.delete(key)
  }

  override clear(): void {
    this.#items.clear()
    this.#rebuild()
    super.clear()
  }

  /** Takes up to `count`, highest priority first, oldest first among equals; those that `isHeld` stay. */
  take(count: number, isHeld: (key: TaskInstanceKey) => boolean): QueuedWorkload[] {
    const taken: QueuedWorkload[] = []
    const held: Item[] = []
    while (taken.length < count) {
      const item = this.#heap.pop()
      if (!item) break
      if (this.#items.get(item.key) !== item) continue
      if (isHeld(item.key)) {
        held.push(item)
        continue
      }
      this.delete(item.key)
      taken.push(item.workload)
    }
    for (const item of held) this.#heap.push(item)
    return taken
  }

  #rebuild(): void {
    this.#heap = new PriorityHeap<Item>(isBefore)
    for (const item of this.#items.values()) this.#heap.push(item)
  }
}

function isBefore(a: Item, b: Item): boolean {
  return a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority
}
