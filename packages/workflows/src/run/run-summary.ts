import type { JsonValue } from '../dag/dag-spec.ts'
import type { DagRunRow, TaskInstanceRow } from '../store/workflow-store.ts'
import { inFileOrder } from './in-file-order.ts'

/** What `davit run --json` prints. Times are ISO 8601; durations are of the last try, from its launch to its end. */
export interface RunSummary {
  readonly dagId: string
  readonly runId: string
  readonly state: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly tasks: readonly TaskSummary[]
}

interface TaskSummary {
  readonly taskId: string
  readonly mapIndex: number
  readonly state: string | null
  readonly tryNumber: number
  readonly podName: string | null
  readonly durationMs: number | null
  readonly result?: JsonValue
  readonly logPath?: string
  readonly failure?: {
    readonly class: string
    readonly evidence: string
    readonly message: string
    readonly hint?: string
  }
}

/** The summary of a run, its tasks in the order of the file, mapped ones by index. */
export function runSummary(run: DagRunRow, instances: readonly TaskInstanceRow[]): RunSummary {
  return {
    dagId: run.dagId,
    runId: run.runId,
    state: run.state,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    tasks: inFileOrder(run.spec, instances).map(taskSummary),
  }
}

function taskSummary(instance: TaskInstanceRow): TaskSummary {
  return {
    taskId: instance.taskId,
    mapIndex: instance.mapIndex,
    state: instance.state,
    tryNumber: instance.tryNumber,
    podName: instance.podName,
    durationMs: durationMs(instance),
    ...('result' in instance && instance.result !== undefined ? { result: instance.result } : {}),
    ...(instance.logPath === null ? {} : { logPath: instance.logPath }),
    ...(instance.failure === null ? {} : { failure: instance.failure }),
  }
}

/** From the launch of the last try to its end; null for a task that never started or has not ended. */
export function durationMs({ queuedAt, endedAt, tryNumber }: TaskInstanceRow): number | null {
  if (tryNumber === 0 || queuedAt === null || endedAt === null) return null
  return Math.max(0, Date.parse(endedAt) - Date.parse(queuedAt))
}
