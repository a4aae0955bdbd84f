import { stripTerminal } from '../strip-terminal.ts'
import type { RunSummary } from './run-summary.ts'

/** The end of a run for people: how it ended, each task that did not succeed and why, and where the logs are. */
export function summaryText(summary: RunSummary, logFolder: string): string {
  const { tasks } = summary
  const counts = [...Map.groupBy(tasks, ({ state }) => state ?? 'waiting')]
  const took = summary.startedAt && summary.endedAt ? Date.parse(summary.endedAt) - Date.parse(summary.startedAt) : 0
  const unhappy = tasks.filter(({ state }) => state === 'failed' || state === 'upstream_failed')
  return [
    `${summary.dagId} ${summary.runId}: ${summary.state} in ${(took / 1000).toFixed(1)} s (${counts.map(([state, { length }]) => `${length} ${state}`).join(', ')})`,
    ...unhappy.map((task) => {
      const name = task.mapIndex < 0 ? task.taskId : `${task.taskId}[${task.mapIndex}]`
      const why = task.failure ? ` ${task.failure.class}: ${stripTerminal(task.failure.message)}` : ''
      const hint = task.failure?.hint ? `\n    what to do: ${stripTerminal(task.failure.hint)}` : ''
      const log = task.logPath ? `\n    log: ${task.logPath}` : ''
      return `  ${task.state} ${name}${task.tryNumber > 0 ? ` (try ${task.tryNumber})` : ''}${why}${hint}${log}`
    }),
    `logs: ${logFolder}`,
  ].join('\n')
}
