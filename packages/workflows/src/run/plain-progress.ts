import type { TaskInstanceRow } from '../store/workflow-store.ts'
import { stripTerminal } from '../strip-terminal.ts'
import { instanceName, type TableFrame } from './live-table.ts'

/** What was last said of each instance; a line is due when it differs. `why`: the last reason to wait, its numbers left out. */
export type SaidOf = ReadonlyMap<string, { readonly news: string; readonly why: string }>

/** A task that waits for longer in the cluster, for want of room or of a permission, says why. */
const PATIENCE_MS = 10_000

/**
 * The lines for a reader without a terminal: one for each change of an instance's state since `said`, and one for each
 * reason that holds it up for long. Pure: returns what to print and what has now been said.
 */
export function plainProgress(
  said: SaidOf,
  { instances, waitingReason, nowMs }: Omit<TableFrame, 'title'>,
  elapsedMs: number,
): { readonly lines: readonly string[]; readonly said: SaidOf } {
  const next = new Map<string, { news: string; why: string }>()
  const lines: string[] = []
  for (const instance of instances) {
    const name = instanceName(instance)
    const state = instance.state ?? 'waiting'
    const news = `${state} ${instance.tryNumber}`
    const before = said.get(name)
    const isNews = before?.news !== news
    const reason = waitsForLong(instance, nowMs) ? waitingReason(instance) : null
    // A countdown in the reason is no other reason.
    const why = reason?.replace(/\d+/g, '#') ?? (isNews ? '' : before.why)
    next.set(name, { news, why })
    if ((!isNews && before.why === why) || state === 'waiting' || state === 'scheduled') continue
    const facts = [
      `[${(elapsedMs / 1000).toFixed(1).padStart(6)} s]`,
      name,
      state,
      ...(instance.tryNumber > 0 ? [`try=${instance.tryNumber}`] : []),
      ...(instance.podName !== null && instance.tryNumber > 0 ? [`pod=${instance.podName}`] : []),
      ...(instance.failure === null ? [] : [`${instance.failure.class}: ${stripTerminal(instance.failure.message)}`]),
      ...(reason === null ? [] : [stripTerminal(reason)]),
    ]
    lines.push(facts.join(' '))
  }
  return { lines, said: next }
}

function waitsForLong({ state, queuedAt }: TaskInstanceRow, nowMs: number): boolean {
  return state === 'queued' && queuedAt !== null && nowMs - Date.parse(queuedAt) >= PATIENCE_MS
}
