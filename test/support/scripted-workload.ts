import type { QueuedWorkload, TaskInstanceKey } from '@davit/executor'
import { type PodScript, scriptAnnotations } from './scripted-pod.ts'

/** The key of a task `NAME` of the DAG `conformance`. */
export function taskKey(name: string, { mapIndex = -1, tryNumber = 1 } = {}): TaskInstanceKey {
  return { dagId: 'conformance', taskId: name, runId: 'manual__2026-01-01T00:00:00+00:00', tryNumber, mapIndex }
}

/** A task whose pod runs as the script says. */
export function scriptedWorkload(key: TaskInstanceKey, script: PodScript): QueuedWorkload {
  const metadata = { annotations: scriptAnnotations(script) }
  return { key, args: ['true'], executorConfig: { podOverride: { metadata } } }
}
