import { seededRandom } from '@davit/devcluster'
import { type Launch, type TaskInstanceKey, taskInstanceKeyText } from '@davit/executor'
import type { JournalLine } from '../support/launch-store/journal.ts'
import { SqliteLaunchStore, type StoredTaskInstance } from '../support/sqlite-launch-store.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'
import { beginFault } from './begin-fault.ts'
import { type ChaosCluster, type PodRequestRecord, simulatedCluster } from './chaos-cluster.ts'
import { Dice } from './dice.ts'
import type { JobLife } from './job.ts'
import { JobSlot } from './job-slot.ts'
import { type Pace, SIMULATED } from './pace.ts'
import type { FaultName } from './plan-fault.ts'
import { PodHistory, type PodLife } from './pod-history.ts'
import type { Schedule, TaskPlan } from './schedule.ts'

/** What a run has left to be judged by: the server's record, the store's, and what was seen of the executors from outside. */
export interface PlayRecord {
  readonly schedule: Schedule
  readonly pace: Pace
  readonly requests: readonly PodRequestRecord[]
  /** When creates left their sender, which may be long before they arrive. */
  readonly createsSent: readonly SentCreate[]
  readonly pods: readonly PodLife[]
  readonly journal: readonly JournalLine[]
  readonly launches: readonly (Launch & { readonly state: string })[]
  readonly taskInstances: readonly StoredTaskInstance[]
  /** When the last fault was over. */
  readonly faultsEndedAt: number
  /** Whether all task instances had ended in time. */
  readonly isQuiet: boolean
  readonly endedAt: number
  /** Of task instances that have not ended: what the executor that has them says, by key. */
  readonly waitingReasons: ReadonlyMap<string, string>
  /** What was seen on the way. */
  readonly violations: readonly Violation[]
  readonly hits: ReadonlyMap<FaultName, number>
  readonly logs: readonly (readonly string[])[]
}

/** A create on its way. */
export interface SentCreate {
  readonly jobId: string
  readonly podName: string
  readonly at: number
}

/** A promise or invariant that did not hold. */
export interface Violation {
  /** `I1` to `I12`, or a letter of the promise. */
  readonly invariant: string
  readonly what: string
}

/** Plays a schedule on a dev cluster and a clock of its own. */
export async function play(schedule: Schedule): Promise<PlayRecord> {
  await using timed = await startTimedCluster({ seed: schedule.seed })
  return await playOn(simulatedCluster(timed), schedule, SIMULATED)
}

/** Plays a schedule on a cluster whose pods, but for those of its namespaces, are none of its business. */
export async function playOn(cluster: ChaosCluster, schedule: Schedule, pace: Pace): Promise<PlayRecord> {
  const { clock, api } = cluster
  const beganAt = clock.now()
  for (const name of schedule.namespaces.filter((each) => each !== 'default')) {
    await api.post('/api/v1/namespaces', { metadata: { name } })
  }
  using history = new PodHistory(api, schedule.namespaces, () => clock.now())
  const store = new SqliteLaunchStore({
    path: ':memory:',
    leases: schedule.adoption === 'lease',
    now: () => clock.now(),
  })
  const hits = new Map<FaultName, number>()
  const violations: Violation[] = []
  const hit = (kind: FaultName, times = 1) => void hits.set(kind, (hits.get(kind) ?? 0) + times)
  const violated = (invariant: string, what: string) => {
    if (violations.length < 20) violations.push({ invariant, what: `${what} after ${clock.now() - beganAt} ms` })
  }
  let jobs = 0
  const createsSent: SentCreate[] = []
  const createSent = (jobId: string, podName: string) => void createsSent.push({ jobId, podName, at: clock.now() })
  const world = { cluster, pace, store, schedule, hit, createSent, violated }
  const places = [0, 1] as const
  const slots = places.slice(0, schedule.executors).map((place) => new JobSlot(world, place, () => String(++jobs)))
  const lives = () => slots.flatMap((slot) => slot.lives)
  for (const slot of slots) slot.start()
  for (const task of schedule.tasks) {
    clock.setTimeout(() => void store.queue([queued(task)]), task.arrivesAt)
    if (task.cancelledAt !== null) clock.setTimeout(() => void cancel(store, task, lives()), task.cancelledAt)
  }

  const dice = new Dice(seededRandom(schedule.seed + 77))
  const underWay: Promise<unknown>[] = []
  let faultsEndAt = beganAt
  for (const fault of schedule.faults) {
    faultsEndAt = Math.max(faultsEndAt, beganAt + fault.at + fault.forMs)
    const begin = () => {
      const begun = Promise.resolve(beginFault({ cluster, slots, history, dice, hit }, fault))
      clock.setTimeout(() => underWay.push(begun.then((end) => end())), fault.forMs)
    }
    clock.setTimeout(begin, fault.at)
  }
  await cluster.advance(faultsEndAt - beganAt + 1)
  await Promise.all(underWay)
  const tasksEndAt = beganAt + Math.max(...schedule.tasks.map(({ arrivesAt }) => arrivesAt), 0)
  if (clock.now() < tasksEndAt) await cluster.advance(tasksEndAt - clock.now() + 1)
  const isQuiet = await untilQuiet(cluster, pace, { store, history, isLabel: schedule.adoption === 'label' })
  // What the executors still have to hear of their own commits.
  await cluster.advance(2 * pace.lookEveryMs)
  for (const slot of slots) slot.close()

  const slotsLeft = slots.map(({ life }) => life).filter(({ membrane }) => !membrane.isDead)
  for (const { jobId, executor } of slotsLeft) {
    if (isQuiet && executor.slotsOccupied !== 0)
      violated('I5', `job ${jobId} has ${executor.slotsOccupied} slots occupied although all has ended`)
  }
  const endedAt = clock.now()
  const waitingReasons = reasonsOf(
    slotsLeft,
    (await store.taskInstances()).map(({ key }) => key),
  )
  for (const life of slotsLeft) await stop(cluster, life, violated)
  await cluster.settle()
  history[Symbol.dispose]()
  const record = {
    schedule,
    pace,
    requests: await cluster.podRequests(),
    createsSent,
    pods: [...history.lives.values()],
    journal: store.journal(),
    launches: await store.launches(),
    taskInstances: await store.taskInstances(),
    faultsEndedAt: faultsEndAt,
    isQuiet,
    endedAt,
    waitingReasons,
    violations,
    hits,
    logs: lives().map(({ logger }) => logger.lines),
  }
  store.close()
  return record
}

/** Ends an executor; whatever it leaves behind is a violation. */
async function stop(cluster: ChaosCluster, life: JobLife, violated: (invariant: string, what: string) => void) {
  const { jobId, membrane, wire } = life
  try {
    await cluster.during(life.end(), { withinMs: 60_000 })
  } catch (error) {
    // Killed at a crossing of its end, as at any other.
    if (membrane.isDead) return
    violated('I11', `job ${jobId} did not end: ${error instanceof Error ? error.message : error}`)
  }
  await cluster.settle()
  if (membrane.pendingTimers > 0) violated('I11', `job ${jobId} left ${membrane.pendingTimers} timers`)
  if (wire.openConnections > 0) violated('I11', `job ${jobId} left ${wire.openConnections} connections`)
}

/**
 * Lets time pass until every task instance has ended, and every pod that is to go is gone. False: that takes too long. By
 * labels nobody can tell a pod that a dead owner has not disposed of from one of another store: `davit pods cleanup` is for
 * those.
 */
async function untilQuiet(
  cluster: ChaosCluster,
  pace: Pace,
  parts: { readonly store: SqliteLaunchStore; readonly history: PodHistory; readonly isLabel: boolean },
) {
  const { store, history, isLabel } = parts
  const hasEnded = async () =>
    (await store.taskInstances()).every(({ state }) => state === 'success' || state === 'failed') &&
    (isLabel || [...history.lives.values()].every(({ goneAt, last }) => goneAt !== null || isKept(last)))
  const giveUpAt = cluster.clock.now() + pace.quietWithinMs
  await cluster.advance(pace.lookEveryMs)
  while (cluster.clock.now() < giveUpAt) {
    if (await hasEnded()) return true
    await cluster.advance(pace.lookEveryMs)
  }
  return false
}

function reasonsOf(lives: readonly JobLife[], keys: readonly TaskInstanceKey[]): Map<string, string> {
  const reasons = new Map<string, string>()
  for (const { executor } of lives) {
    for (const key of keys) {
      if (executor.hasTask(key))
        reasons.set(taskInstanceKeyText(key), executor.waitingReason(key) ?? 'it waits for nothing')
    }
  }
  return reasons
}

/** A failed pod that stays to be looked at. */
function isKept({ metadata }: PodLife['last']): boolean {
  return metadata?.labels?.airflow_executor_done === 'True'
}

function keyOf(task: TaskPlan): Omit<TaskInstanceKey, 'tryNumber'> {
  return { dagId: 'chaos', taskId: task.name, runId: 'run', mapIndex: -1 }
}

function queued(task: TaskPlan) {
  const { priority, retries, infrastructureRetries } = task
  return { key: keyOf(task), priority, retries, infrastructureRetries, retryDelaySeconds: 5, payload: task }
}

/** A user cancels: the store is told first, then the executor that has the task. */
async function cancel(store: SqliteLaunchStore, task: TaskPlan, lives: readonly JobLife[]): Promise<void> {
  const instance = (await store.taskInstances()).find(({ key }) => key.taskId === task.name)
  if (!instance) return
  for (const { key, queuedByJobId } of await store.revoke([instance.key])) {
    const owner = lives.find(({ jobId, membrane }) => jobId === queuedByJobId && !membrane.isDead)
    owner?.membrane.cross(() => void owner.cancel(key))
  }
}
