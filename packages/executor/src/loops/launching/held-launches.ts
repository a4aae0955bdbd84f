import type { HeldLaunches } from '../executor-state.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { Refusal } from './refusal.ts'

/** What holds a launch up: a refusal of its own, of its namespace, or of all creates. */
export interface Hold {
  readonly refusal: Refusal
  readonly since: number
  readonly nextTryAt: number
}

/** The launches that wait for more than their turn, one row for each cause and namespace that refuses. */
export function heldLaunches(
  entries: Iterable<LaunchEntry>,
  holdOf: (entry: LaunchEntry) => Hold | null,
): HeldLaunches[] {
  const rows = new Map<string, HeldLaunches>()
  for (const entry of entries) {
    const hold = entry.phase === 'waiting' ? holdOf(entry) : null
    if (!hold) continue
    const { refusal, since, nextTryAt } = hold
    const namespace = refusal.scope === 'namespace' ? entry.namespace : null
    const key = `${refusal.cause} ${namespace}`
    const row = rows.get(key)
    rows.set(key, {
      cause: refusal.cause,
      message: refusal.message,
      namespace,
      launches: (row?.launches ?? 0) + 1,
      since: Math.min(row?.since ?? since, since),
      nextTryAt: Math.min(row?.nextTryAt ?? nextTryAt, nextTryAt),
    })
  }
  return [...rows.values()]
}
