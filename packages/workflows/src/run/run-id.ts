import type { PreparedRun } from './prepare-run.ts'

/** The ids of a run that was asked for by hand, as Airflow makes them. */
export function runIdOf({ dag, options }: Pick<PreparedRun, 'dag' | 'options'>): { dagId: string; runId: string } {
  return { dagId: dag.spec.dagId, runId: `manual__${options.logicalDate}` }
}
