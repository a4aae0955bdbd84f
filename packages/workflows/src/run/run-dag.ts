import { join } from 'node:path'
import { type Clock, KubernetesExecutor, type Logger, silentLogger, systemClock } from '@davit/executor'
import { permissionScopes } from '../cluster/access-reviews.ts'
import { type OpenCluster, openCluster } from '../cluster/open-cluster.ts'
import type { LoadedDag } from '../dag/dag-spec.ts'
import { problemText } from '../dag/problem-text.ts'
import type { ErrorCode } from '../error-codes.ts'
import { Scheduler } from '../scheduler/scheduler.ts'
import { IN_MEMORY } from '../store/database-url.ts'
import { openStore } from '../store/open-store.ts'
import type { DagRunRow, RevokedTask, WorkflowStore } from '../store/workflow-store.ts'
import { createTaskApi, type TaskApi } from '../task-api/create-task-api.ts'
import { buildWorkerCode } from '../worker/worker-code.ts'
import { buildPods, type PodSurroundings } from './build-pods.ts'
import { workloadBuilder } from './build-workload.ts'
import { loggedLaunches } from './logged-launches.ts'
import { permissionNotices } from './permission-notices.ts'
import { type PreparedRun, RunRefusedError } from './prepare-run.ts'
import type { Progress } from './progress.ts'
import { requirePermissions } from './require-permissions.ts'
import { runIdOf } from './run-id.ts'
import { RunLogs } from './run-logs.ts'
import { type RunSummary, runSummary } from './run-summary.ts'
import { showProgress } from './show-progress.ts'
import { TaskLogs } from './task-logs.ts'
import { untilQuiet } from './until-quiet.ts'

/** A run that had begun could not be taken to its end: the disk is full, for one. Exit 1. */
export class RunAbortedError extends Error {
  override readonly name = 'RunAbortedError'
  readonly code = 'RUN_ABORTED' satisfies ErrorCode<'run'>
}

interface RunDagOptions {
  readonly prepared: PreparedRun
  readonly progress: Progress
  /** Aborted: the run is cancelled. */
  readonly signal: AbortSignal
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  readonly logger?: Logger
}

/**
 * One dag run to its end: store, cluster, task API, executor and scheduler, put together and taken apart again. Nothing is
 * left running when it settles, but the pods that a cluster of one's own is still stopping.
 * @throws {RunAbortedError} after the run had begun; other errors before
 */
export async function runDag(options: RunDagOptions): Promise<{ summary: RunSummary; logFolder: string }> {
  const { prepared, progress, cwd, env, clock = systemClock } = options
  const logger = permissionNotices(options.logger ?? silentLogger, (line) => progress.say(line))
  for (const warning of prepared.dag.warnings) progress.say(`warning: ${problemText(warning)}`)

  await using open = new AsyncDisposableStack()
  const { store, cluster } = await openStoreAndCluster(prepared, { env, clock, logger, open })
  // Who has the token of an embedded dev cluster may do everything there.
  if (!cluster.isEmbedded) {
    const { file } = prepared
    await requirePermissions(cluster.kube, permissionScopes(cluster.config), {
      file,
      say: (line) => progress.say(line),
    })
  }
  // Before the run is recorded: an address that cannot be listened on is a wrong option.
  const worker = await openTaskApi(prepared.dag, { store, options: prepared.options.taskApi, clock, logger, open })
  const deployment = await store.deployment()
  await refuseWrongPods(prepared, { config: { ...cluster.config, deployment }, worker })
  const logs = new TaskLogs(join(cwd, '.davit', 'logs'))
  await logs.prepare(runIdOf(prepared))
  // A database file is open in one process: runs that it says are active died with theirs.
  const died = await store.activeRuns()
  const run = await createRun(store, prepared)

  try {
    const parts = { ...options, store, deployment, cluster, worker, logs, run, open, clock, logger }
    return await driveRun({ ...parts, leftBehind: await cancelRuns(store, died) })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new RunAbortedError(`the run ${run.runId} was aborted: ${message}`, { cause })
  }
}

async function driveRun(
  parts: RunDagOptions & {
    readonly store: WorkflowStore
    readonly deployment: string
    readonly cluster: OpenCluster
    readonly worker: Awaited<ReturnType<typeof openTaskApi>>
    readonly logs: TaskLogs
    readonly run: DagRunRow
    readonly leftBehind: readonly RevokedTask[]
    readonly open: AsyncDisposableStack
    readonly clock: Clock
    readonly logger: Logger
  },
): Promise<{ summary: RunSummary; logFolder: string }> {
  const { prepared, progress, signal, store, deployment, cluster, worker, logs, run, leftBehind } = parts
  const { open, clock, logger } = parts
  const { dag, options } = prepared
  const runLogs = new RunLogs(logs)
  const executor = new KubernetesExecutor({
    // Two runs of one deployment must not take each other's pods for their own.
    jobId: `${deployment}-${clock.now().toString(36)}`,
    parallelism: options.taskConcurrency,
    kube: cluster.kube,
    config: { ...cluster.config, deployment, ...(options.database === IN_MEMORY && { outcomeFinalizer: false }) },
    store: loggedLaunches(store.launches, runLogs),
    logArchive: runLogs,
    clock,
    logger,
  })
  await executor.start()
  let isOver = false
  // An executor whose store fails would try to commit for as long as it may: what it holds is lost with the run.
  open.defer(() => (isOver ? executor.end() : executor.terminate()))
  await Promise.all(leftBehind.map((task) => executor.revokeTask(task)))

  const scheduler = new Scheduler({
    store,
    executor,
    buildWorkload: workloadBuilder({
      dag,
      run,
      worker,
      results: (taskIds) => store.results(run.dagId, run.runId, taskIds),
    }),
    clock,
    logger,
    taskConcurrency: options.taskConcurrency,
  })
  const shown = showProgress({ store, scheduler, run, progress, clock })
  // A store that fails now ends the scheduler too, and with it the run: that error is the one to report.
  const cancel = () => void scheduler.cancelRun(run.dagId, run.runId).catch(() => {})
  signal.addEventListener('abort', cancel, { once: true })
  scheduler.start()
  open.defer(() => scheduler.stop())
  try {
    if (signal.aborted) cancel()
    await Promise.race([scheduler.runEnded(run.dagId, run.runId), runLogs.unwritable])
    // A worker's word may end the run before its pod has ended and its log is archived.
    await untilQuiet(executor, clock)
    await reapFailedPods(executor, progress)
    isOver = true
  } finally {
    signal.removeEventListener('abort', cancel)
    await shown.stop()
  }
  return { summary: await endedRun(store, run, logs), logFolder: logs.folderOf(run) }
}

/** The run is over and its logs are kept: pods that cannot be taken away do not change how it ended. */
async function reapFailedPods(executor: KubernetesExecutor, progress: Progress): Promise<void> {
  try {
    await executor.reapFailedPods()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    progress.say(`warning: failed pods may be left on the cluster: ${why}`)
  }
}

/** The run as the store has it in the end. A task that failed before it had a launch gets a log that says why (I10). */
async function endedRun(store: WorkflowStore, { dagId, runId }: DagRunRow, logs: TaskLogs): Promise<RunSummary> {
  const run = await store.dagRun(dagId, runId)
  if (!run) throw new Error(`run ${runId} of DAG ${dagId} is gone from the store`)
  const instances = await store.taskInstances(dagId, runId)
  const withLogs = await Promise.all(
    instances.map(async (instance) => {
      if (instance.failure === null || instance.logPath !== null) return instance
      const logPath = logs.pathOf(instance)
      await logs.addReason(logPath, instance.failure)
      return { ...instance, logPath }
    }),
  )
  return runSummary(run, withLogs)
}

/** Side by side: the thread of the store starts while the dev cluster does. Neither is left to itself when the other fails. */
async function openStoreAndCluster(
  { options }: PreparedRun,
  parts: {
    readonly env: RunDagOptions['env']
    readonly clock: Clock
    readonly logger: Logger
    readonly open: AsyncDisposableStack
  },
): Promise<{ store: WorkflowStore; cluster: OpenCluster }> {
  const { env, clock, logger, open } = parts
  const [store, cluster] = await Promise.allSettled([
    openStore({ database: options.database, clock }),
    openCluster(options.cluster, { env, logger }),
  ])
  if (store.status === 'fulfilled') open.defer(() => store.value.close())
  if (cluster.status === 'fulfilled') open.use(cluster.value)
  if (store.status === 'rejected') throw store.reason
  if (cluster.status === 'rejected') throw cluster.reason
  return { store: store.value, cluster: cluster.value }
}

/** What is wrong with a pod whatever the run's values are is known before the run. */
async function refuseWrongPods(prepared: PreparedRun, surroundings: PodSurroundings): Promise<void> {
  const { dag, file } = prepared
  const { problems } = await buildPods(prepared, dag.spec.tasks, surroundings)
  if (problems.length > 0) throw new RunRefusedError('DAG_INVALID', `${file}: some pods cannot be built`, problems)
}

async function createRun(store: WorkflowStore, prepared: PreparedRun): Promise<DagRunRow> {
  const { dag, params, options } = prepared
  return store.createDagRun({
    spec: dag.spec,
    runId: runIdOf(prepared).runId,
    logicalDate: options.logicalDate,
    params,
  })
}

/** Ends runs in the store; gives what their pods are known by, for the executor to take them away. */
async function cancelRuns(store: WorkflowStore, runs: Awaited<ReturnType<WorkflowStore['activeRuns']>>) {
  return (await Promise.all(runs.map(({ dagId, runId }) => store.cancelRun(dagId, runId)))).flat()
}

/** The task API, when there are functions to run; and what their pods need of it. */
async function openTaskApi(
  dag: LoadedDag,
  parts: {
    readonly store: WorkflowStore
    readonly options: PreparedRun['options']['taskApi']
    readonly clock: Clock
    readonly logger: Logger
    readonly open: AsyncDisposableStack
  },
): Promise<{ bootstrap: string; taskApiEnv: TaskApi['env'] }> {
  if (!dag.spec.tasks.some(({ kind }) => kind === 'function')) return { bootstrap: '', taskApiEnv: {} }
  const { store, options, clock, logger, open } = parts
  const workerCode = await buildWorkerCode()
  const api = createTaskApi({ store, dagOf: () => dag, workerCode, clock, logger, ...options })
  await api.start()
  open.defer(() => api.stop())
  return { bootstrap: workerCode.bootstrap, taskApiEnv: api.env }
}
