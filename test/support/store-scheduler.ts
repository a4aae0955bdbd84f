import type { KubernetesExecutor, QueuedWorkload } from '@davit/executor'
import type { ClaimedTry } from './launch-store/scheduling.ts'
import type { PodScript } from './scripted-pod.ts'
import { scriptedWorkload } from './scripted-workload.ts'
import type { SqliteLaunchStore } from './sqlite-launch-store.ts'

/** The part of a running executor that a scheduler turns to. */
interface SchedulerExecutor {
  readonly executor: KubernetesExecutor
  submit(...workloads: readonly QueuedWorkload[]): void
}

export interface StoreSchedulerOptions {
  readonly store: SqliteLaunchStore
  readonly run: SchedulerExecutor
  /** What time it is, and when to look again. @default the machine's */
  readonly clock?: { setTimeout(callback: () => void, delayMs: number): { cancel(): void } }
  /** Between two looks at the store. @default 200 */
  readonly everyMs?: number
  /** Without leases in the store: for how long the job lives after each word of it; it says one at a third of that. @default 30 */
  readonly aliveSeconds?: number
}

/** A scheduler at work; see {@link startStoreScheduler}. */
export interface StoreScheduler extends AsyncDisposable {
  /** Looks no more. Resolves when the present look has ended. */
  stop(): Promise<void>
  /** What a look threw, last; it looks again all the same. */
  readonly lastError: unknown
}

/**
 * What Airflow's scheduler does for its executor, on a shared store: says that it lives, adopts or resets what dead jobs have
 * left, and claims what may run, as much as there are slots for. A try's payload is the script of its pod.
 */
export function startStoreScheduler({
  store,
  run: { executor, submit },
  clock = machineClock,
  everyMs = 200,
  aliveSeconds = 30,
}: StoreSchedulerOptions): StoreScheduler {
  const { jobId } = executor
  let isOver = false
  let lastError: unknown = null
  let timer: { cancel(): void } | undefined
  let looking: Promise<void> | null = null
  let isDue = false

  const look = async () => {
    const orphans = await store.orphans(jobId)
    if (orphans.length > 0) await store.resetOrphans(jobId, await executor.tryAdoptTaskInstances(orphans))
    const free = executor.slotsAvailable
    const claimed = free > 0 && !isOver ? await store.claim(jobId, free) : []
    submit(...claimed.map(workloadOf))
  }
  const begin = () => {
    timer?.cancel()
    if (isOver) return
    if (looking) {
      isDue = true
      return
    }
    isDue = false
    looking = look()
      .catch((error: unknown) => {
        lastError = error
      })
      .finally(() => {
        looking = null
        if (isDue) begin()
        else if (!isOver) timer = clock.setTimeout(begin, everyMs)
      })
  }
  let pulse: { cancel(): void } | undefined
  const live = async () => {
    try {
      await store.jobs.renew(jobId, aliveSeconds)
    } catch (error) {
      lastError = error
    }
    if (!isOver) pulse = clock.setTimeout(live, (aliveSeconds * 1000) / 3)
  }
  if (!store.leases) void live()
  executor.onActivity(() => setImmediate(begin))
  begin()
  const stop = async () => {
    isOver = true
    timer?.cancel()
    pulse?.cancel()
    await looking
  }
  return {
    stop,
    get lastError() {
      return lastError
    },
    [Symbol.asyncDispose]: stop,
  }
}

function workloadOf({ key, payload, priority, launchNumber, infrastructureRetries }: ClaimedTry): QueuedWorkload {
  return { ...scriptedWorkload(key, (payload ?? {}) as PodScript), priority, launchNumber, infrastructureRetries }
}

const machineClock = {
  setTimeout(callback: () => void, delayMs: number) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}
