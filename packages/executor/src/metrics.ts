export type MetricTags = Readonly<Record<string, string>>

/**
 * Where the executor counts, under Airflow's metric names: gauges `executor.open_slots`, `executor.queued_tasks`,
 * `executor.running_tasks`; timers `kubernetes_executor.pod_creation`, `.pod_deletion`, `.pod_patching`,
 * `.adopt_task_instances.duration`, `.clear_not_launched_queued_tasks.duration`; counters `.pod_creation_status`,
 * `.pod_deletion_status`, `.pod_patching_status`, tagged `status` = the HTTP code or `error`.
 */
export interface Metrics {
  gauge(name: string, value: number, tags?: MetricTags): void
  /** In milliseconds. */
  timing(name: string, durationMs: number, tags?: MetricTags): void
  increment(name: string, tags?: MetricTags): void
}

/** The default: counts nothing. */
export const noMetrics: Metrics = {
  gauge() {},
  timing() {},
  increment() {},
}
