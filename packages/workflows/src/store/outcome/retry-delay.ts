import type { TaskSpec } from '../../dag/dag-spec.ts'

/** No retry waits longer than a day. Airflow: `MAX_RETRY_DELAY`. */
const MAX_RETRY_DELAY_SECONDS = 24 * 60 * 60

/**
 * How long to wait after try `tryNumber` failed, in milliseconds.
 *
 * Airflow: `TaskInstance.next_retry_datetime`, without its spread. With backoff Airflow takes `delay * 2^(try-1)`, rounded up to
 * a second and at least one, and adds up to as much again by a hash of the task's ids; here it is the lower end of that
 * range, so that a file's author can tell when a retry comes. The cap of a day holds for backoff, `maxRetryDelaySeconds`
 * for both; Airflow caps only backoff.
 */
export function retryDelayMs(
  task: Pick<TaskSpec, 'retryDelaySeconds' | 'retryExponentialBackoff' | 'maxRetryDelaySeconds'>,
  tryNumber: number,
): number {
  const seconds = task.retryExponentialBackoff
    ? Math.min(Math.max(1, Math.ceil(task.retryDelaySeconds * 2 ** (tryNumber - 1))), MAX_RETRY_DELAY_SECONDS)
    : task.retryDelaySeconds
  return Math.round(Math.min(seconds, task.maxRetryDelaySeconds ?? Number.POSITIVE_INFINITY) * 1000)
}
