import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from '../tasks/task-instance-key-map.ts'
import { PlaceMap } from '../watch/place-map.ts'
import type { LaunchEntry } from './launch-entry.ts'

/**
 * The tasks that this executor answers for, found by key and by pod. At most one entry for a key, and with it at most one
 * current launch. Slots are counted from here (I5), never up and down.
 */
export class LaunchBook {
  readonly #byKey = new TaskInstanceKeyMap<LaunchEntry>()
  readonly #byPod = new PlaceMap<LaunchEntry>()
  #sequence = 0

  nextSequence(): number {
    return this.#sequence++
  }

  get size(): number {
    return this.#byKey.size
  }

  /** Launches whose create is under way, or whose pod has not started and may still do so. */
  get pendingCount(): number {
    let count = 0
    for (const { phase, wasRunning } of this.#byKey.values()) {
      if (phase === 'creating' || ((phase === 'live' || phase === 'replacing') && !wasRunning)) count += 1
    }
    return count
  }

  add(entry: LaunchEntry): void {
    this.#byKey.set(entry.key, entry)
    this.index(entry)
  }

  /** Finds the entry by its pod from now on; to be called whenever its launch changes. */
  index(entry: LaunchEntry): void {
    if (entry.launch) this.#byPod.set(entry.launch.namespace, entry.launch.podName, entry)
  }

  /** Forgets the pod name of an entry that goes on to its next launch. */
  unindex(entry: LaunchEntry): void {
    if (!entry.launch) return
    const { namespace, podName } = entry.launch
    if (this.#byPod.get(namespace, podName) === entry) this.#byPod.delete(namespace, podName)
  }

  get(key: TaskInstanceKey): LaunchEntry | undefined {
    return this.#byKey.get(key)
  }

  ofPod(namespace: string, podName: string): LaunchEntry | undefined {
    return this.#byPod.get(namespace, podName)
  }

  /** The entry is closed: nothing that happens to its pod concerns us any more. */
  close(entry: LaunchEntry): void {
    entry.phase = 'closed'
    this.unindex(entry)
    if (this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key)
  }

  entries(): IterableIterator<LaunchEntry> {
    return this.#byKey.values()
  }
}
