import type { DagSpec, TaskSpec } from '../../src/dag/dag-spec.ts'

/** A container task with nothing special, and what a test says of it. */
export function taskSpec(facts: Partial<TaskSpec> & { readonly taskId: string }): TaskSpec {
  return {
    kind: 'container',
    upstream: [],
    triggerRule: 'all_success',
    retries: 0,
    retryDelaySeconds: 10,
    retryExponentialBackoff: false,
    maxRetryDelaySeconds: null,
    infrastructureRetries: 3,
    executionTimeoutSeconds: null,
    pool: 'default_pool',
    poolSlots: 1,
    priorityWeight: 1,
    queue: null,
    map: null,
    skipOnExitCode: [],
    container: { image: 'busybox', command: null, args: null, env: {} },
    executorConfig: null,
    ...facts,
  }
}

/** A DAG of these tasks. */
export function dagSpec(
  tasks: readonly (Partial<TaskSpec> & { readonly taskId: string })[],
  facts: Partial<DagSpec> = {},
): DagSpec {
  return {
    dagId: 'sales',
    description: null,
    tags: [],
    schedule: null,
    startDate: null,
    catchup: false,
    params: {},
    files: [],
    pools: {},
    maxActiveTasks: null,
    ...facts,
    tasks: tasks.map(taskSpec),
  }
}
