import type { TaskInstanceRow } from '../../src/store/workflow-store.ts'

/** A task instance that has not been looked at, with what a test says of it. */
export function taskInstance(facts: Partial<TaskInstanceRow> & { taskId: string }): TaskInstanceRow {
  return {
    dagId: 'sales',
    runId: 'manual__2026-01-01T00:00:00+00:00',
    mapIndex: -1,
    state: null,
    tryNumber: 0,
    mapItem: null,
    podName: null,
    launchId: null,
    queuedAt: null,
    startedAt: null,
    endedAt: null,
    nextTryAt: null,
    failure: null,
    logPath: null,
    ...facts,
  }
}
