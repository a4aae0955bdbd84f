import { seededRandom } from '@davit/devcluster'
import {
  type AdoptableTaskInstance,
  createKubeClient,
  type ExecutorEvent,
  KubernetesExecutor,
  type QueuedWorkload,
  taskInstanceKeyText,
} from '@davit/executor'
import { anyImage } from '../support/executor-run.ts'
import type { ClaimedTry } from '../support/launch-store/scheduling.ts'
import type { MemoryWire } from '../support/memory-wire.ts'
import { RecordingLogger } from '../support/recording-logger.ts'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { sleep } from '../support/sleep.ts'
import type { SqliteLaunchStore } from '../support/sqlite-launch-store.ts'
import type { ChaosCluster } from './chaos-cluster.ts'
import { podsBehindMembrane, resourcesBehindMembrane } from './kube-behind-membrane.ts'
import { Membrane } from './membrane.ts'
import type { Pace } from './pace.ts'
import type { FaultName } from './plan-fault.ts'
import type { Schedule, TaskPlan } from './schedule.ts'
import type { WatchTrouble } from './scrambled-watch.ts'
import { type StoreTrouble, storeBehindMembrane } from './store-behind-membrane.ts'

/** What a job's life is lived in. */
export interface JobWorld {
  readonly cluster: ChaosCluster
  readonly pace: Pace
  readonly store: SqliteLaunchStore
  readonly schedule: Schedule
  readonly hit: (kind: FaultName) => void
  readonly createSent: (jobId: string, podName: string) => void
  readonly violated: (invariant: string, what: string) => void
}

/**
 * One process of a scheduler with its executor, from start to death: claims tries while there are slots, hands them over,
 * beats, adopts what dead jobs have left. All that it does with the world crosses its membrane.
 */
export class JobLife {
  readonly jobId: string
  readonly membrane: Membrane
  readonly wire: MemoryWire
  readonly logger = new RecordingLogger()
  /** The ends that it reported, by try. */
  readonly reported = new Map<string, ExecutorEvent[]>()
  readonly executor: KubernetesExecutor
  readonly #world: JobWorld
  readonly #store: SqliteLaunchStore
  readonly #kube
  #orphansDueAt = 0
  #isTurning = false
  #isDue = false
  #isOver = false
  #adopting = 0
  #mostAllowed: number
  #tick: { cancel(): void } | null = null

  constructor(
    world: JobWorld,
    { slot, jobId, trouble }: { readonly slot: 0 | 1; readonly jobId: string; readonly trouble: JobTrouble },
  ) {
    const { cluster, pace, schedule, hit, createSent, violated } = world
    this.#world = world
    this.jobId = jobId
    this.wire = cluster.openWire()
    this.membrane = new Membrane(cluster.clock, () => {
      this.#isOver = true
      this.wire.setDown(true)
      this.wire.break()
    })
    const { clock } = this.membrane
    const random = seededRandom(schedule.seed * 1_009 + Number(jobId) * 31 + slot)
    this.#kube = createKubeClient(cluster.kubeConfig, {
      clock,
      connect: this.wire.connect,
      userAgent: `davit-job-${slot}-${jobId}`,
    })
    this.#store = storeBehindMembrane(world.store, {
      membrane: this.membrane,
      sleep: (ms) => sleep(cluster.clock, ms),
      trouble: () => trouble.store(random),
    })
    const pods = podsBehindMembrane(this.#kube.pods, {
      membrane: this.membrane,
      clock: cluster.clock,
      random,
      trouble: () => trouble.watch,
      onHit: (kind) => hit(WATCH_HITS[kind]),
      onCreate: (podName) => createSent(jobId, podName),
      onWatches: (namespace, open) => {
        if (open > 1) violated('I7', `job ${jobId} has ${open} watches of ${namespace ?? 'all namespaces'} at a time`)
      },
    })
    this.#mostAllowed = schedule.parallelism
    this.executor = new KubernetesExecutor({
      jobId,
      parallelism: schedule.parallelism,
      kube: { pods, resources: resourcesBehindMembrane(this.#kube.resources, this.membrane) },
      store: this.#store,
      clock,
      random,
      logger: this.logger,
      aliveJobIds: () => this.#store.jobs.alive(),
      config: { ...anyImage, ...configOf(schedule, pace) },
    })
  }

  /** Takes up work; failures of the store are met again at the next tick. */
  async start(): Promise<void> {
    const { clock } = this.membrane
    this.executor.onActivity(() => this.#wake())
    const tick = () => {
      this.#tick = clock.setTimeout(tick, this.#world.pace.tickMs)
      this.#wake()
    }
    for (;;) {
      try {
        await this.#store.jobs.renew(this.jobId, this.#world.pace.leaseSeconds)
        break
      } catch {
        await sleep(clock, 1_000)
      }
    }
    await this.executor.start()
    tick()
  }

  /** Whether it takes part in what goes on. */
  get isAlive(): boolean {
    return !this.#isOver
  }

  /** Ends as asked: resolves when nothing of it is left. */
  async end(): Promise<void> {
    this.#isOver = true
    this.#tick?.cancel()
    await this.executor.end()
    await this.#kube.close()
  }

  /** Passes on that a user has cancelled; the store knows it already. */
  async cancel(key: ClaimedTry['key']): Promise<void> {
    const { clock } = this.membrane
    while (!this.#isOver) {
      try {
        return await this.executor.revokeTask({ key, queuedByJobId: this.jobId })
      } catch {
        // The store or the server did not answer.
        await sleep(clock, this.#world.pace.tickMs)
      }
    }
  }

  #wake(): void {
    if (this.#isDue || this.#isOver) return
    this.#isDue = true
    setImmediate(() => this.membrane.cross(() => void this.#turn()))
  }

  async #turn(): Promise<void> {
    this.#isDue = false
    if (this.#isTurning || this.#isOver) return
    this.#isTurning = true
    try {
      await this.#schedule()
    } catch {
      // The store did not answer: the next turn asks again.
    } finally {
      this.#isTurning = false
    }
  }

  async #schedule(): Promise<void> {
    const { executor } = this
    const { clock } = this.membrane
    this.#collect()
    executor.heartbeat()
    this.#count()
    if (this.#world.schedule.adoption === 'label')
      await this.#store.jobs.renew(this.jobId, this.#world.pace.leaseSeconds)
    if (clock.now() >= this.#orphansDueAt) {
      this.#orphansDueAt = clock.now() + this.#world.pace.orphansEveryMs
      await this.#adopt()
    }
    const free = executor.slotsAvailable
    if (free <= 0 || this.#isOver) return
    const claimed = await this.#store.claim(this.jobId, free)
    for (const each of claimed) executor.queueWorkload(this.#workloadOf(each))
    executor.heartbeat()
    this.#count()
  }

  async #adopt(): Promise<void> {
    const strays = await this.#strays()
    const orphans = [...strays, ...(await this.#store.orphans(this.jobId))]
    if (orphans.length === 0) return
    this.#adopting += 1
    try {
      const left = await this.executor.tryAdoptTaskInstances(orphans)
      await this.#store.resetOrphans(this.jobId, left)
    } finally {
      this.#adopting -= 1
      // Adopted beyond what there are slots for, it may only become fewer.
      this.#mostAllowed = Math.max(this.executor.parallelism, this.executor.slotsOccupied)
    }
  }

  /** What the store says is ours, and our executor does not have: the answer to a claim was lost, or an adoption failed. */
  async #strays(): Promise<readonly AdoptableTaskInstance[]> {
    const queued = await this.#store.queuedTaskInstances()
    const ours = queued.filter(({ key, queuedByJobId }) => queuedByJobId === this.jobId && !this.executor.hasTask(key))
    if (ours.length === 0) return []
    // Whose name the pod bears, if it has one.
    const launches = new Map(
      (await this.#store.currentLaunches()).map((launch) => [taskInstanceKeyText(launch.key), launch]),
    )
    return ours.map(({ key }) => ({ key, queuedByJobId: launches.get(taskInstanceKeyText(key))?.owner ?? this.jobId }))
  }

  #collect(): void {
    for (const [key, event] of this.executor.getEventBuffer()) {
      if (event.outcome === undefined) continue
      const text = taskInstanceKeyText(key)
      this.reported.set(text, [...(this.reported.get(text) ?? []), event])
    }
  }

  /** I5: never more than there are slots. */
  #count(): void {
    const { slotsOccupied } = this.executor
    if (this.#adopting > 0) this.#mostAllowed = Math.max(this.#mostAllowed, slotsOccupied)
    if (slotsOccupied > this.#mostAllowed) {
      this.#world.violated('I5', `job ${this.jobId} has ${slotsOccupied} of ${this.#mostAllowed} slots occupied`)
    }
    this.#mostAllowed = Math.max(this.executor.parallelism, Math.min(this.#mostAllowed, slotsOccupied))
  }

  #workloadOf({ key, priority, infrastructureRetries, launchNumber, payload }: ClaimedTry): QueuedWorkload {
    const plan = payload as TaskPlan
    const annotations = scriptAnnotations(plan.script)
    const metadata = { namespace: plan.namespace, annotations }
    const { nodeSelector } = this.#world.schedule
    const podOverride =
      plan.override === 'identity'
        ? {
            metadata: {
              ...metadata,
              name: 'another',
              labels: { 'davit-launch': 'another', 'airflow-worker': 'another' },
            },
            spec: { nodeSelector, restartPolicy: 'Always', containers: [{ name: 'another' }] },
          }
        : plan.override === 'broken'
          ? { metadata, spec: { containres: [] } }
          : { metadata, spec: { nodeSelector } }
    return { key, args: ['true'], priority, infrastructureRetries, launchNumber, executorConfig: { podOverride } }
  }
}

/** What goes wrong for one of the executors, whichever life it is in. */
export interface JobTrouble {
  watch: WatchTrouble | null
  store: (random: () => number) => StoreTrouble | null
}

const WATCH_HITS = {
  twice: 'eventsTwice',
  late: 'eventsLate',
  reordered: 'eventsReordered',
  gone: 'versionGone',
} as const satisfies Record<string, FaultName>

function configOf(
  { adoption, scopes, deleteWorkerPodsOnFailure, outcomeFinalizer, launchGate, namespaces }: Schedule,
  { leaseSeconds, requestTimeoutSeconds }: Pace,
) {
  return {
    adoption,
    leaseSeconds,
    requestTimeoutSeconds,
    outcomeFinalizer,
    launchGate,
    namespace: namespaces[0] ?? 'default',
    deployment: 'chaos',
    deleteWorkerPodsOnFailure,
    ...(scopes !== 'one' && {
      multiNamespaceMode: true,
      multiNamespaceModeNamespaceList: scopes === 'list' ? namespaces : [],
    }),
    orphanedTasksCheckInterval: 60,
  }
}
