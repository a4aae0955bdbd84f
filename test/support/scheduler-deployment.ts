import { join } from 'node:path'
import { type ExecutorOptions, podName } from '@davit/executor'
import { podsPath } from './api-paths.ts'
import type { StartedBackend } from './backend.ts'
import { eventually } from './eventually.ts'
import { anyImage } from './executor-run.ts'
import type { JournalEvent } from './launch-store/journal.ts'
import { pauseOutsideTransaction } from './pause-outside-transaction.ts'
import type { StoredPod } from './pods-by-api.ts'
import type { RawApi } from './raw-api.ts'
import type { PodScript } from './scripted-pod.ts'
import { taskKey } from './scripted-workload.ts'
import { type SpawnedScheduler, spawnScheduler } from './spawn-scheduler.ts'
import { SqliteLaunchStore } from './sqlite-launch-store.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** How many tasks there are, and how long the pod of each runs; null: until `letEnd`. */
export interface DeploymentSize {
  readonly pods: number
  readonly runMs: number | null
}

/** Longer than any case, where the server's clock is ours: `letEnd` lets it pass. */
const LONG_MS = 600_000

/** Tasks in a store, and schedulers with their executors that share it, each in a process of its own. */
export interface SchedulerDeployment extends AsyncDisposable {
  readonly store: SqliteLaunchStore
  readonly keys: readonly ReturnType<typeof taskKey>[]
  start(jobId: string, parallelism: number, config?: ExecutorOptions): SpawnedScheduler
  /** Stops the process of a scheduler, which holds up nobody else. */
  pause(scheduler: SpawnedScheduler): Promise<void>
  /** Waits until all tasks run, each in a pod that the store knows. */
  untilAllRun(): Promise<void>
  /** Waits until another job answers for the current launches of this one. */
  untilTakenFrom(jobId: string): Promise<void>
  /** The pods end that run until then; on the dev cluster those of other cases do so too. */
  letEnd(): Promise<void>
  untilAllEnded(): Promise<void>
  count(what: JournalEvent): number
}

/** Brings the tasks into a store of their own. */
export async function deploySchedulers(
  options: Pick<ExecutorOptions, 'adoption' | 'outcomeFinalizer' | 'launchGate'>,
  { api, backend, namespace, size }: { api: RawApi; backend: StartedBackend; namespace: string; size: DeploymentSize },
): Promise<SchedulerDeployment> {
  const folder = await temporaryFolder()
  const storePath = join(folder.path, 'store.sqlite')
  const store = new SqliteLaunchStore({ path: storePath, leases: options.adoption === 'lease' })
  const keys = Array.from({ length: size.pods }, (_, mapIndex) => taskKey('taken', { mapIndex }))
  await store.queue(
    keys.map(({ tryNumber: _, ...key }) => ({
      key,
      retries: 1,
      payload: scriptOf(size, backend),
    })),
  )
  const started: SpawnedScheduler[] = []
  const words = () => started.map((each) => `job ${each.jobId}: ${each.stderr()}`).join('\n')
  return {
    store,
    keys,
    start(jobId, parallelism, more) {
      const config = { ...anyImage, ...options, ...more }
      const kubeconfigPath = backend.executorKubeconfigPath
      const scheduler = spawnScheduler({ kubeconfigPath, namespace, storePath, jobId, parallelism, config })
      started.push(scheduler)
      return scheduler
    },
    pause: (scheduler) => pauseOutsideTransaction(scheduler, storePath),
    async untilAllRun() {
      await eventually(
        async () => {
          const { items } = (await api.get<{ items: StoredPod[] }>(podsPath(namespace))).body
          const running = items.filter(({ status }) => status.phase === 'Running').length
          const bound = (await store.launches()).filter(({ uid }) => uid !== undefined).length
          if (running === size.pods && bound === size.pods) return true
          throw new Error(`${items.length} pods, ${running} run, ${bound} bound of ${size.pods}; ${words()}`)
        },
        { withinMs: 120_000, everyMs: 100 },
      )
    },
    async untilTakenFrom(jobId) {
      await eventually(
        async () => {
          const left = (await store.launches()).filter(
            ({ owner, state }) => owner === jobId && state === 'current',
          ).length
          if (left === 0) return true
          throw new Error(`job ${jobId} has ${left} launches; ${words()}`)
        },
        { withinMs: 120_000, everyMs: 100 },
      )
    },
    async letEnd() {
      if (backend.hasClock) {
        backend.passTime(LONG_MS)
        return
      }
      const hold = { metadata: { annotations: { 'script.davit/hold': null } } }
      for (const name of namesOf({ keys })) await api.patch(podsPath(namespace, name), 'merge', hold)
    },
    async untilAllEnded() {
      await eventually(
        async () => {
          const open = (await store.taskInstances()).filter(({ state }) => state !== 'success')
          if (open.length === 0) return true
          const first = JSON.stringify(open[0]?.key)
          const lines = store.journal().filter(({ key }) => JSON.stringify(key) === first)
          const said = lines.map(({ job, what, detail }) => `${what} by ${job} ${JSON.stringify(detail)}`)
          throw new Error(`${open.length} of ${size.pods} have not ended, the first: ${said.join(', ')}; ${words()}`)
        },
        { withinMs: (size.runMs ?? 0) + 60_000, everyMs: 100 },
      )
    },
    count: (what) => store.journal().filter((line) => line.what === what).length,
    async [Symbol.asyncDispose]() {
      for (const each of started) await each.kill()
      store.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

function scriptOf({ runMs }: DeploymentSize, { hasClock }: StartedBackend): PodScript {
  if (runMs !== null) return { runMs }
  return hasClock ? { runMs: LONG_MS } : { hold: true }
}

/** The pods of the first launches, of which there are no others. */
export function namesOf({ keys }: Pick<SchedulerDeployment, 'keys'>): string[] {
  return keys.map((key) => podName({ deployment: 'default', key, number: 1 })).toSorted()
}
