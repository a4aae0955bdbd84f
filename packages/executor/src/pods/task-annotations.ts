import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'
import { isoDateTime } from './date-label.ts'

/** A task instance key as a pod's annotations have it: pods of before Airflow 2.2 carry no run id. */
export interface AnnotatedTaskInstanceKey extends Omit<TaskInstanceKey, 'runId'> {
  readonly runId: string | null
}

/** The key, or why there is none. */
export type AnnotationReading =
  | { readonly key: AnnotatedTaskInstanceKey; readonly problem?: never }
  | { readonly key?: never; readonly problem: string }

export interface TaskAnnotationOptions {
  readonly dagId: string
  readonly taskId: string
  readonly tryNumber: number
  readonly mapIndex?: number
  readonly runId?: string | null
  /** ISO 8601 text, or a `Date`, which means +00:00. */
  readonly date?: string | Date | null
}

/** The annotations that a task's pod gets: ids in full, where labels have them cut. Airflow: `construct_pod`. */
export function taskAnnotations(options: TaskAnnotationOptions): Record<string, string> {
  const { dagId, taskId, tryNumber, mapIndex = -1, runId, date } = options
  return {
    dag_id: dagId,
    task_id: taskId,
    try_number: String(tryNumber),
    ...(mapIndex >= 0 ? { map_index: String(mapIndex) } : {}),
    ...(date ? { logical_date: isoDateTime(date) } : {}),
    ...(runId ? { run_id: runId } : {}),
  }
}

/**
 * The key that a pod's annotations name; null when they name none: an id is missing, or a number is none. Never throws, so
 * that one strange pod stops no loop; {@link readTaskAnnotations} says what is wrong. Airflow: `annotations_to_key`.
 */
export function annotationsToKey(annotations: unknown): AnnotatedTaskInstanceKey | null {
  return readTaskAnnotations(annotations).key ?? null
}

/** As {@link annotationsToKey}, with the reason where there is no key. */
export function readTaskAnnotations(annotations: unknown): AnnotationReading {
  const given: Record<string, unknown> =
    typeof annotations === 'object' && annotations !== null ? (annotations as Record<string, unknown>) : {}
  const { dag_id: dagId, task_id: taskId, run_id: runId, try_number, map_index } = given
  if (typeof dagId !== 'string' || typeof taskId !== 'string' || typeof try_number !== 'string') {
    const missing = ['dag_id', 'task_id', 'try_number'].filter((name) => typeof given[name] !== 'string')
    return { problem: `the pod lacks the annotation ${missing.join(', ')}` }
  }
  const tryNumber = pythonInt(try_number)
  if (tryNumber === null) return { problem: `the annotation try_number is no whole number: ${shown(try_number)}` }
  const mapIndex = map_index === undefined || map_index === null ? -1 : pythonInt(map_index)
  if (mapIndex === null) return { problem: `the annotation map_index is no whole number: ${shown(map_index)}` }
  return { key: { dagId, taskId, runId: typeof runId === 'string' ? runId : null, tryNumber, mapIndex } }
}

/** What Python's `int()` takes: blanks around, a sign, single underscores between digits. Null where it would raise. */
function pythonInt(text: unknown): number | null {
  if (typeof text !== 'string' || !/^\s*[+-]?\d+(_\d+)*\s*$/.test(text)) return null
  const value = Number(text.replaceAll('_', ''))
  return Number.isSafeInteger(value) ? value + 0 : null
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 100)
}
