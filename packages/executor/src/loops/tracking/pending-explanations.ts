import type { Clock } from '../../clock.ts'
import { pendingEventText } from '../../pods/pending-events.ts'
import { Deadlines } from '../deadlines.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { PendingStage } from './pending-stage.ts'
import type { PodEvents } from './pod-events.ts'

/**
 * How long a pod is in a stage before its events are asked, and how long before they are asked again. A scheduler says in
 * the pod itself why there is no node; only an autoscaler's events add to that.
 */
const ASK_MS: Readonly<Record<PendingStage, readonly [first: number, again: number]>> = {
  gated: [30_000, 300_000],
  unscheduled: [30_000, 300_000],
  creating: [3_000, 30_000],
  pulling: [3_000, 60_000],
  initialising: [30_000, 300_000],
}

/** Finds out from events why pods stay pending, for people: what is found stands in the entry's `pending`. */
export class PendingExplanations {
  readonly #events: PodEvents
  readonly #clock: Clock
  readonly #due: Deadlines<LaunchEntry>
  readonly #stages = new WeakMap<LaunchEntry, PendingStage>()

  constructor(events: PodEvents, clock: Clock) {
    this.#events = events
    this.#clock = clock
    this.#due = new Deadlines(clock, (entry) => void this.#ask(entry))
  }

  /** The entry's pod was seen pending. */
  follow(entry: LaunchEntry): void {
    const stage = entry.pending?.stage
    if (stage === undefined || this.#stages.get(entry) === stage) return
    this.#stages.set(entry, stage)
    this.#due.set(entry, this.#clock.now() + ASK_MS[stage][0])
  }

  forget(entry: LaunchEntry): void {
    this.#due.clear(entry)
    this.#stages.delete(entry)
  }

  stop(): void {
    this.#due.stop()
  }

  async #ask(entry: LaunchEntry): Promise<void> {
    const { launch, pending } = entry
    if (!launch || !pending) return
    const { namespace, podName: name, uid } = launch
    const found = await this.#events.about({ namespace, name, ...(uid === undefined ? {} : { uid }) }, 'pending')
    if (entry.launch !== launch || !entry.pending || this.#stages.get(entry) !== pending.stage) return
    const told = pendingEventText(found, entry.pending.reason)
    const missing = this.#events.missingPermission(namespace)
    entry.pending = { ...entry.pending, told: told ?? (missing && `its events cannot be read: ${missing}`) }
    this.#due.set(entry, this.#clock.now() + ASK_MS[pending.stage][1])
  }
}
