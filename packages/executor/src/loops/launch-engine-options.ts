import type { Clock } from '../clock.ts'
import type { ExecutorConfig } from '../config/executor-config.ts'
import type { EventVerbs, PodVerbs, ResourceVerbs } from '../kube/kube-client.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { LaunchEntry } from './launch-entry.ts'
import type { LaunchOutcome, LaunchStore } from './launch-store.ts'
import type { PodMutationHook } from './launching/launch-pod-builder.ts'
import type { LogArchive } from './logs/log-archive.ts'
import type { Troubles } from './troubles.ts'

/** What the engine tells its owner. */
interface EngineEvents {
  readonly onRunning: (entry: LaunchEntry) => void
  /** The try is accounted for; `state` is what the store holds now. */
  readonly onFinished: (entry: LaunchEntry, outcome: LaunchOutcome, state: string | null) => void
  /** The task is not ours any more, without an outcome: adopted by another, revoked, or not wanted by the store. */
  readonly onReleased: (entry: LaunchEntry, reason: string) => void
}

/** What the engine stands on. */
export interface LaunchEngineOptions {
  readonly pods: PodVerbs
  readonly kubeEvents?: EventVerbs | undefined
  readonly kubeResources?: Pick<ResourceVerbs, 'watch'> | undefined
  readonly config: ExecutorConfig
  readonly jobId: string
  readonly store: LaunchStore
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly troubles: Troubles
  readonly podMutationHook?: PodMutationHook | undefined
  readonly logArchive?: LogArchive | undefined
  /** Throws when no create may be sent at present. */
  readonly beforeCreate?: (() => void) | undefined
  readonly events: EngineEvents
}
