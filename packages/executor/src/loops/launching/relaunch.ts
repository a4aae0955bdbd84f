import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { Failure } from '../../pods/failure.ts'
import { failureBudget } from '../../pods/failure-budget.ts'
import { withHint } from '../../pods/failure-hint.ts'
import type { LaunchBook } from '../launch-book.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import { podDisposal } from '../outcomes/pod-disposal.ts'
import { finalizerOf, type Reaper } from '../outcomes/reaper.ts'
import type { Ending } from '../tracking/pod-ending.ts'

/** A launch that is followed by another one of the same try. */
export interface LostLaunch {
  /** `now`: its pod can do nothing more. `afterDeletion`: it must be given up in the store, and its pod deleted and seen gone, first. */
  readonly kind: 'now' | 'afterDeletion'
  readonly failure: Failure
}

type Budgets = Pick<ExecutorConfig, 'podLaunchFailureExcludedContainerReasons'>

/** Between launches of one try, so that a sick node does not use up the budget at once. */
const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 60_000

/**
 * Decides after a launch ended. An infrastructure failure is charged to its own budget and leads to a new launch; every
 * other end is the try's outcome, and null here.
 */
export function launchAgain(entry: LaunchEntry, ending: Ending, config: Budgets, isOver: boolean): LostLaunch | null {
  const { failure } = ending
  if (ending.state === 'success' || !failure || !mayLaunchAgain(entry, failure, config)) return null
  return { kind: isOver ? 'now' : 'afterDeletion', failure }
}

/** How long the next launch waits, after the failure that {@link markSuperseded} has charged. */
export function relaunchDelayMs({ infrastructureFailures }: LaunchEntry): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, infrastructureFailures - 1))
}

function mayLaunchAgain(entry: LaunchEntry, failure: Failure, config: Budgets): boolean {
  const { wishes, infrastructureFailures } = entry
  if (!wishes || failureBudget(failure.class) !== 'infrastructureRetries') return false
  if (wishes.infrastructureRetries >= 0 && infrastructureFailures >= wishes.infrastructureRetries) return false
  // Airflow's exclusion is about the reason of a container; one that did not decide excludes nothing.
  const [, reason] = /[cC]ontainerStatuses\[\d+\]\.state\.\w+\.reason=(.*)$/.exec(failure.evidence) ?? []
  return reason === undefined || !config.podLaunchFailureExcludedContainerReasons.includes(reason)
}

/** Charges the failure to the budget, and remembers the launch and pod that the next one takes the place of. */
export function markSuperseded(entry: LaunchEntry, failure: Failure): void {
  if (entry.supersedes || !entry.launch) return
  entry.infrastructureFailures += 1
  const hinted = withHint(failure, entry.record)
  entry.supersedes = { launchId: entry.launch.id, failure: hinted, launch: entry.launch, record: entry.record }
}

/** The entry goes on to its next launch; {@link disposeSuperseded} follows when that is recorded. */
export function beginNextLaunch(entry: LaunchEntry, book: LaunchBook): void {
  book.unindex(entry)
  if (entry.supersedes) entry.supersedes = { ...entry.supersedes, record: entry.record ?? entry.supersedes.record }
  entry.launch = null
  entry.replacing = null
  entry.launchNumber += 1
  entry.mayBeRecorded = false
  entry.isRecorded = false
  entry.sentPod = null
  entry.mayExist = false
  entry.record = null
  entry.wasRunning = false
  entry.hasFreed = false
}

/** The pod of the superseded launch may go now, or is kept as a failed one (I6). */
export function disposeSuperseded(entry: LaunchEntry, reaper: Reaper, config: ExecutorConfig): void {
  const { launch, record, isDisposedOf } = entry.supersedes ?? {}
  entry.supersedes = null
  if (!launch?.uid || isDisposedOf) return
  const action = podDisposal(record ?? null, 'failed', config)
  const pod = { namespace: launch.namespace, name: launch.podName, uid: launch.uid, ...finalizerOf(record) }
  reaper.enqueue({ ...pod, action })
}
