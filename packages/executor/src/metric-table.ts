/** What a metric is: a value that goes up and down, a duration in milliseconds, or a count of events. */
export type MetricKind = 'gauge' | 'timer' | 'counter'

interface MetricRow {
  readonly kind: MetricKind
  /** Every tag that comes with it, always. */
  readonly tags: readonly string[]
}

/**
 * Every metric that the executor sends: first those of Airflow under its names, then ours under one prefix.
 * docs/reference/metrics.md says what each means; a test holds the page to this table, and what is sent to both.
 */
export const metricTable = {
  'executor.open_slots': { kind: 'gauge', tags: ['status', 'executor_class_name', 'name'] },
  'executor.queued_tasks': { kind: 'gauge', tags: ['status', 'executor_class_name', 'name'] },
  'executor.running_tasks': { kind: 'gauge', tags: ['status', 'executor_class_name', 'name'] },
  'kubernetes_executor.pod_creation': { kind: 'timer', tags: [] },
  'kubernetes_executor.pod_creation_status': { kind: 'counter', tags: ['status'] },
  'kubernetes_executor.pod_deletion': { kind: 'timer', tags: [] },
  'kubernetes_executor.pod_deletion_status': { kind: 'counter', tags: ['status'] },
  'kubernetes_executor.pod_patching': { kind: 'timer', tags: [] },
  'kubernetes_executor.pod_patching_status': { kind: 'counter', tags: ['status'] },
  'kubernetes_executor.pod_creation_batch_duration': { kind: 'timer', tags: [] },
  'kubernetes_executor.pod_creation_batch_size': { kind: 'gauge', tags: [] },
  'kubernetes_executor.adopt_task_instances.duration': { kind: 'timer', tags: [] },
  'kubernetes_executor.clear_not_launched_queued_tasks.duration': { kind: 'timer', tags: [] },

  'davit_executor.api_request': { kind: 'timer', tags: ['verb', 'status'] },
  'davit_executor.watch_staleness_seconds': { kind: 'gauge', tags: ['namespace'] },
  'davit_executor.watch_pods': { kind: 'gauge', tags: ['namespace'] },
  'davit_executor.watch_lists': { kind: 'counter', tags: ['namespace', 'cause'] },
  'davit_executor.watch_list_duration': { kind: 'timer', tags: ['namespace'] },
  'davit_executor.watch_restarts': { kind: 'counter', tags: ['namespace', 'cause'] },
  'davit_executor.watch_handler_errors': { kind: 'counter', tags: ['namespace'] },
  'davit_executor.unreadable_pods': { kind: 'counter', tags: ['namespace'] },
  'davit_executor.poison_pods': { kind: 'gauge', tags: [] },
  'davit_executor.troubles': { kind: 'counter', tags: ['cause'] },
  'davit_executor.launches': { kind: 'gauge', tags: ['phase'] },
  'davit_executor.creates_in_flight': { kind: 'gauge', tags: [] },
  'davit_executor.creates_limit': { kind: 'gauge', tags: [] },
  'davit_executor.refusals': { kind: 'counter', tags: ['cause'] },
  'davit_executor.relaunches': { kind: 'counter', tags: ['class'] },
  'davit_executor.outcomes': { kind: 'counter', tags: ['state', 'class'] },
  'davit_executor.outcome_commit_retries': { kind: 'counter', tags: [] },
  'davit_executor.adoptions': { kind: 'counter', tags: ['result'] },
  'davit_executor.revokes': { kind: 'counter', tags: [] },
  'davit_executor.stale_drops': { kind: 'counter', tags: ['cause'] },
  'davit_executor.lease_renewals': { kind: 'counter', tags: ['result'] },
  'davit_executor.task_phase': { kind: 'timer', tags: ['phase'] },
} as const satisfies Readonly<Record<string, MetricRow>>

export type MetricName = keyof typeof metricTable

type NamesOf<K extends MetricKind> = {
  [N in MetricName]: (typeof metricTable)[N]['kind'] extends K ? N : never
}[MetricName]

export type GaugeName = NamesOf<'gauge'>
export type TimerName = NamesOf<'timer'>
export type CounterName = NamesOf<'counter'>
