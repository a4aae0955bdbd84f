import { randomBytes } from 'node:crypto'
import type { Clock, LaunchStore } from '@davit/executor'
import { randomDeploymentName } from './deployment-name.ts'
import type { OperationArguments, OperationName, OperationResult } from './operations/operations.ts'
import type { SchedulingStore } from './scheduling-store.ts'
import { SqliteClient } from './sqlite-client.ts'
import type { WorkflowStore } from './workflow-store.ts'

export interface OpenStoreOptions {
  /** A path, or `:memory:` for a store that ends with the process: as `parseDatabaseUrl` gives it. */
  readonly database: string
  readonly clock: Clock
  /** The deployment's name for a database that has none. @default a random one */
  readonly deployment?: string
  /** Secret bytes. @default `crypto.randomBytes` */
  readonly random?: (size: number) => Uint8Array
}

/**
 * Opens the store, and makes its file and tables where there are none.
 *
 * @throws StoreError `STORE_UNWRITABLE`, `STORE_NOT_A_DATABASE`, `STORE_CORRUPT`, `STORE_LOCKED`, `STORE_FULL`,
 *   `STORE_NEWER`, `STORE_FAILED`: each names the file. Later calls reject with the same, should it come to that.
 */
export async function openStore({
  database,
  clock,
  deployment,
  random = randomBytes,
}: OpenStoreOptions): Promise<WorkflowStore> {
  const listeners = new Set<() => void>()
  let isTold = true
  const tellListeners = () => {
    if (!isTold) return
    isTold = false
    // Merged: what is answered in the same turn has often been committed in the same transaction.
    setImmediate(() => {
      isTold = true
      for (const listener of listeners) listener()
    })
  }
  const { client, deployment: name } = await SqliteClient.open(
    {
      database,
      nowMs: clock.now(),
      deployment: deployment ?? randomDeploymentName(random(8)),
      secret: Buffer.from(random(32)).toString('hex'),
    },
    tellListeners,
  )
  const bound =
    <Name extends OperationName>(operation: Name) =>
    (...args: OperationArguments<Name>): Promise<OperationResult<Name>> =>
      client.call(operation, clock.now(), ...args)

  const launches: LaunchStore = {
    recordLaunch: bound('recordLaunch'),
    bindPod: bound('bindPod'),
    revokeLaunch: bound('revokeLaunch'),
    commitOutcomes: bound('commitOutcomes'),
    currentLaunches: bound('currentLaunches'),
    queuedTaskInstances: bound('queuedTaskInstances'),
    requeue: bound('requeue'),
    resourceVersions: { load: bound('loadResourceVersions'), save: bound('saveResourceVersions') },
  }
  const scheduling: SchedulingStore = {
    changes: bound('changes'),
    startRun: bound('startRun'),
    expandTask: bound('expandTask'),
    decide: bound('decide'),
    claim: bound('claim'),
    markRunning: bound('markRunning'),
    failTries: bound('failTries'),
    finishRun: bound('finishRun'),
  }
  return {
    launches,
    scheduling,
    deployment: async () => name,
    createDagRun: bound('createDagRun'),
    dagRun: bound('dagRun'),
    taskInstances: bound('taskInstances'),
    tries: bound('tries'),
    results: bound('results'),
    activeRuns: bound('activeRuns'),
    cancelRun: bound('cancelRun'),
    exchangeLaunchToken: bound('exchangeLaunchToken'),
    startTask: bound('startTask'),
    heartbeat: bound('heartbeat'),
    pullXcom: bound('pullXcom'),
    finishTask: bound('finishTask'),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => client.close(),
  }
}
