import { cancelRun } from './cancel-run.ts'
import { activeRuns, createDagRun, dagRun, finishRun, startRun } from './dag-runs.ts'
import {
  bindPod,
  commitOutcomes,
  currentLaunches,
  loadResourceVersions,
  queuedTaskInstances,
  requeue,
  revokeLaunch,
  saveResourceVersions,
} from './launches.ts'
import type { OperationContext } from './operation-context.ts'
import { recordLaunch } from './record-launch.ts'
import { results } from './results.ts'
import { changes, claim, decide, expandTask, failTries, markRunning } from './scheduling.ts'
import { taskInstances, tries } from './task-instances.ts'
import { exchangeLaunchToken, finishTask, heartbeat, pullXcom, startTask } from './workers.ts'

/** Everything that can be asked of the store, by name: each runs in a transaction, whole or not at all. */
export const operations = {
  activeRuns,
  bindPod,
  cancelRun,
  changes,
  claim,
  commitOutcomes,
  createDagRun,
  currentLaunches,
  dagRun,
  decide,
  exchangeLaunchToken,
  expandTask,
  failTries,
  finishRun,
  finishTask,
  heartbeat,
  loadResourceVersions,
  markRunning,
  pullXcom,
  queuedTaskInstances,
  recordLaunch,
  requeue,
  results,
  revokeLaunch,
  saveResourceVersions,
  startRun,
  startTask,
  taskInstances,
  tries,
}

export type OperationName = keyof typeof operations

/** What a caller passes, and what it gets. */
export type OperationArguments<Name extends OperationName> =
  Parameters<(typeof operations)[Name]> extends [OperationContext, ...infer Rest] ? Rest : never
export type OperationResult<Name extends OperationName> = Awaited<ReturnType<(typeof operations)[Name]>>
