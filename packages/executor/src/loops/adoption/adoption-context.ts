import type { Clock } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import type { TaskInstanceKey } from '../../tasks/task-instance-key.ts'
import type { LaunchEngine } from '../launch-engine.ts'
import type { LaunchStore } from '../launch-store.ts'
import type { PodRecord } from '../tracking/pod-record.ts'

/** The pods of our watches, as last seen. */
export interface PodCache {
  /** True once every scope was listed; false when stopped before. */
  synced(): Promise<boolean>
  record(namespace: string, name: string): PodRecord | undefined
  records(): Iterable<PodRecord>
}

/** What adoption stands on. */
export interface AdoptionContext {
  readonly pods: PodVerbs
  readonly cache: PodCache
  readonly config: ExecutorConfig
  readonly jobId: string
  readonly store: LaunchStore
  readonly engine: LaunchEngine
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Queued or running here, or its event waits to be fetched. */
  readonly isOurs: (key: TaskInstanceKey) => boolean
  readonly aliveJobIds: (() => Promise<readonly string[]>) | undefined
}

/** Requests in flight while adopting. */
export const ADOPTION_CONCURRENCY = 32
