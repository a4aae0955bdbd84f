import { DEPLOYMENT_LABEL } from '../../pods/identity-marks.ts'
import { launchNumber } from '../../pods/launch-name.ts'
import { annotationsToKey } from '../../pods/task-annotations.ts'
import type { TaskInstanceKey } from '../../tasks/task-instance-key.ts'
import type { Launch } from '../launch-store.ts'
import type { PodRecord } from './pod-record.ts'

/** The task of a pod; null when its annotations name none. */
export function keyOfPod({ metadata }: PodRecord): TaskInstanceKey | null {
  const key = annotationsToKey(metadata.annotations)
  return key && key.runId !== null ? { ...key, runId: key.runId } : null
}

/** The launch id on a pod; empty on one of Airflow's, which has none. */
export function launchIdOf({ metadata }: PodRecord): string {
  return metadata.launchId ?? ''
}

/** The deployment that a pod names; undefined on one of Airflow's. */
export function deploymentOf({ metadata }: PodRecord): string | undefined {
  return metadata.labels[DEPLOYMENT_LABEL]
}

/** The launch that a pod is of, by its own marks. */
export function launchOfPod(record: PodRecord, key: TaskInstanceKey): Launch {
  const { name: podName, namespace, uid } = record
  const id = launchIdOf(record)
  return { id, key, number: launchNumber(id) ?? 1, podName, namespace, uid }
}
