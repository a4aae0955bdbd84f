import type { TaskInstanceRow } from '../store/workflow-store.ts'
import { instanceName } from './live-table.ts'
import { stripTerminal } from './strip-terminal.ts'

/** What was last said of an instance; a line is due when it differs. */
export type SaidOf = ReadonlyMap<string, string>

/**
 * The lines for a reader without a terminal: one for each change of an instance's state since `said`. Pure: returns what
 * to print and what has now been said.
 */
export function plainProgress(
  said: SaidOf,
  instances: readonly TaskInstanceRow[],
  elapsedMs: number,
): { readonly lines: readonly string[]; readonly said: SaidOf } {
  const next = new Map<string, string>()
  const lines: string[] = []
  for (const instance of instances) {
    const name = instanceName(instance)
    const state = instance.state ?? 'waiting'
    const news = `${state} ${instance.tryNumber}`
    next.set(name, news)
    if (said.get(name) === news || state === 'waiting' || state === 'scheduled') continue
    const facts = [
      `[${(elapsedMs / 1000).toFixed(1).padStart(6)} s]`,
      name,
      state,
      ...(instance.tryNumber > 0 ? [`try=${instance.tryNumber}`] : []),
      ...(instance.podName !== null && instance.tryNumber > 0 ? [`pod=${instance.podName}`] : []),
      ...(instance.failure === null ? [] : [`${instance.failure.class}: ${stripTerminal(instance.failure.message)}`]),
    ]
    lines.push(facts.join(' '))
  }
  return { lines, said: next }
}
