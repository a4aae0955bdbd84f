import type { ExecutorConfig } from '../../config/executor-config.ts'
import { inBatches } from '../../in-batches.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { Logger } from '../../logger.ts'
import { buildSelectorForK8sExecutorPod } from '../../pods/task-labels.ts'
import type { TaskInstanceKey } from '../../tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from '../../tasks/task-instance-key-map.ts'
import { listAll } from '../../watch/list-all.ts'
import type { Launch } from '../launch-store.ts'
import { deploymentOf, keyOfPod, launchOfPod } from '../tracking/launch-of-pod.ts'
import { type PodRecord, projectPod } from '../tracking/pod-record.ts'
import { deploymentTerm, jobTerm, NOT_DONE_TERM, TASK_TERM } from '../tracking/selector-terms.ts'
import { watchScopes } from '../tracking/watched-namespaces.ts'

/** A task instance whose executor is gone, to be taken over with its pod. */
export interface AdoptableTaskInstance {
  readonly key: TaskInstanceKey
  /** The job that launched it; null: it was never launched. */
  readonly queuedByJobId: string | null
  /** The caller's own id of it; not looked at. */
  readonly id?: unknown
}

/** Selects the pods of one owner that are not done with. */
export function ownedSelector(jobId: string): string {
  return [TASK_TERM, jobTerm(jobId), NOT_DONE_TERM].join()
}

/** One list a scope of all pods that fit. */
export async function listPods(
  pods: PodVerbs,
  config: ExecutorConfig,
  selectors: { readonly labelSelector: string; readonly fieldSelector?: string },
  signal?: AbortSignal,
): Promise<readonly PodRecord[]> {
  const options = {
    ...selectors,
    project: projectPod,
    timeoutMs: config.listTimeoutSeconds * 1000,
    ...(signal && { signal }),
  }
  const lists = await Promise.all(watchScopes(config).map((scope) => listAll(pods, scope, options)))
  return lists.flatMap(({ items }) => items)
}

/** A selector of the pods of one try. By lease the label `airflow-worker` only says who created a pod. */
export function taskSelector(
  { adoption, deployment }: Pick<ExecutorConfig, 'adoption' | 'deployment'>,
  key: TaskInstanceKey,
  ownerJobId: string | null,
): string {
  if (adoption === 'label') return buildSelectorForK8sExecutorPod({ ...key, airflowWorker: ownerJobId })
  return `${buildSelectorForK8sExecutorPod(key)},${deploymentTerm(deployment)}`
}

interface Sorted {
  /** One pod for each candidate: of the store's current launch, else of the latest. */
  readonly current: readonly { readonly record: PodRecord; readonly launch: Launch }[]
  /** Pods of candidates' earlier launches. */
  readonly superseded: readonly PodRecord[]
}

/** Finds among pods those of the candidates. Pods of other deployments, of other tasks and strange ones are left out (I8). */
export async function sortCandidates(
  records: readonly PodRecord[],
  isCandidate: (key: TaskInstanceKey) => boolean,
  currentLaunches: readonly Launch[],
  { deployment, logger }: { readonly deployment: string; readonly logger: Logger },
): Promise<Sorted> {
  const byStore = new TaskInstanceKeyMap<Launch>()
  for await (const batch of inBatches(currentLaunches)) for (const launch of batch) byStore.set(launch.key, launch)
  const current = new TaskInstanceKeyMap<{ record: PodRecord; launch: Launch }>()
  const superseded: PodRecord[] = []
  const sort = (record: PodRecord) => {
    const theirs = deploymentOf(record)
    if (theirs !== undefined && theirs !== deployment) return
    const key = keyOfPod(record)
    if (!key) {
      logger.error('pod without the annotations of a task', { pod: record.name, namespace: record.namespace })
      return
    }
    if (!isCandidate(key)) return
    const launch = launchOfPod(record, key)
    const known = byStore.get(key)
    if (known && launch.number > known.number) {
      // Each launch is recorded before its create, and the store was read after the pods: this store has gone back in time,
      // or is not the only one of the deployment. The pod is not ours to judge.
      logger.error(
        'pod of a launch that the store does not know: is it an older copy, or are there two of one deployment?',
        {
          ...key,
          launch: launch.id,
          pod: record.name,
          namespace: record.namespace,
        },
      )
      return
    }
    if (known && launch.number < known.number) {
      superseded.push(record)
      return
    }
    const other = current.get(key)
    if (!other || other.launch.number < launch.number) current.set(key, { record, launch })
    if (other) superseded.push(other.launch.number < launch.number ? other.record : record)
  }
  for await (const batch of inBatches(records)) for (const record of batch) sort(record)
  return { current: [...current.values()], superseded }
}
