import type { Clock } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { LaunchBook } from '../launch-book.ts'
import type { LaunchStore } from '../launch-store.ts'
import { podDisposal } from '../outcomes/pod-disposal.ts'
import { type Reaper, referenceTo } from '../outcomes/reaper.ts'
import { endingOf } from '../tracking/pod-ending.ts'
import type { PodRecord } from '../tracking/pod-record.ts'
import { deploymentTerm, NOT_DONE_TERM, TASK_TERM } from '../tracking/selector-terms.ts'
import { listPods } from './adoption.ts'
import { endedAt } from './completed-pods.ts'

interface RecordedPodsOptions {
  readonly pods: PodVerbs
  readonly config: ExecutorConfig
  readonly store: LaunchStore
  readonly book: LaunchBook
  readonly reaper: Reaper
  readonly clock: Clock
}

/**
 * Disposes of ended pods of our deployment whose launch is no longer open in the store: an executor died between its
 * commit and the pod's disposal, or the launch was revoked while nobody could reach the pod. So no pod outlives its
 * retention, and none waits for ever with our finalizer. Only with a store that outlives processes: another one does not
 * know what others have open. With leases the cache has them all, and adoption sees to it. After a while only: a living executor has dealt with its own by then.
 */
export async function disposeOfRecordedPods(options: RecordedPodsOptions, signal: AbortSignal): Promise<void> {
  const { pods, config, store, book, reaper, clock } = options
  if (store.isVolatile || config.adoption === 'lease') return
  const selectors = {
    labelSelector: [TASK_TERM, deploymentTerm(config.deployment), NOT_DONE_TERM].join(),
    fieldSelector: 'status.phase!=Pending,status.phase!=Running',
  }
  const before = clock.now() - config.orphanedTasksCheckInterval * 1000
  const ended = (await listPods(pods, config, selectors, signal)).filter((record) => endedAt(record) <= before)
  if (ended.length === 0) return
  // Asked after the list: a launch is recorded before its pod can be there.
  const open = new Set((await store.currentLaunches()).map(({ id }) => id))
  for (const record of ended) {
    // By its label alone: a pod whose annotations somebody has spoilt is not to stay for ever either.
    const id = record.metadata.launchId
    if (id === undefined || open.has(id) || book.ofPod(record.namespace, record.name)) continue
    reaper.enqueue({ ...referenceTo(record), action: podDisposal(record, stateOf(record), config) })
  }
}

function stateOf(record: PodRecord): 'success' | 'failed' {
  return endingOf(record)?.state ?? 'failed'
}
