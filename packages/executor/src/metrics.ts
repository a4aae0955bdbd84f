import type { CounterName, GaugeName, TimerName } from './metric-table.ts'

export type MetricTags = Readonly<Record<string, string>>

/**
 * Where the executor counts. Names are Airflow's where Airflow has one, and begin with `davit_executor.` elsewhere; each
 * with its tags: docs/reference/metrics.md. What a method throws ends the loop that counted: let it not throw.
 */
export interface Metrics {
  gauge(name: GaugeName, value: number, tags?: MetricTags): void
  /** In milliseconds. */
  timing(name: TimerName, durationMs: number, tags?: MetricTags): void
  increment(name: CounterName, tags?: MetricTags): void
}

/** The default: counts nothing. */
export const noMetrics: Metrics = {
  gauge() {},
  timing() {},
  increment() {},
}
