import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import { isNotFound } from '../../kube/status-predicates.ts'
import type { Launch } from '../launch-store.ts'
import { deploymentOf, launchIdOf } from '../tracking/launch-of-pod.ts'
import { type PodRecord, projectPod } from '../tracking/pod-record.ts'

/**
 * Asks the server for the pod of a launch that no list had: it may have been created only just now. Null: there is none,
 * or the pod of that name is another's.
 */
export async function findLaunchPod(
  pods: PodVerbs,
  launch: Launch,
  { deployment }: Pick<ExecutorConfig, 'deployment'>,
): Promise<PodRecord | null> {
  try {
    const record = projectPod(await pods.get(launch.namespace, launch.podName))
    return isPodOfLaunch(record, launch, deployment) ? record : null
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

/** Whether the pod is the one that the store holds the launch for: by its marks, and by uid when that is known. */
export function isPodOfLaunch(record: PodRecord, launch: Launch, deployment: string): boolean {
  const { uid } = record
  return launchIdOf(record) === launch.id && deploymentOf(record) === deployment && (launch.uid ?? uid) === uid
}
