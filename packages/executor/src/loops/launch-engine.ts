import type { Clock } from '../clock.ts'
import type { ExecutorConfig } from '../config/executor-config.ts'
import type { EventVerbs, PodVerbs } from '../kube/kube-client.ts'
import type { Pod } from '../kube/types.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { Failure } from '../pods/failure.ts'
import { makeSafeLabelValue } from '../pods/safe-label-value.ts'
import { type TaskInstanceKey, taskInstanceKeyText } from '../tasks/task-instance-key.ts'
import type { Notice } from '../watch/notice.ts'
import { LaunchBook } from './launch-book.ts'
import { adoptedEntry, type LaunchEntry, newEntry } from './launch-entry.ts'
import type { Launch, LaunchOutcome, LaunchStore } from './launch-store.ts'
import { LaunchGates } from './launching/launch-gates.ts'
import { LaunchPodBuilder, type PodMutationHook } from './launching/launch-pod-builder.ts'
import { LaunchPreparation } from './launching/launch-preparation.ts'
import { Launcher, taskFields } from './launching/launcher.ts'
import {
  beginNextLaunch,
  disposeSuperseded,
  launchAgain,
  markSuperseded,
  relaunchDelayMs,
} from './launching/relaunch.ts'
import type { LogArchive } from './logs/log-archive.ts'
import { orAborted } from './or-aborted.ts'
import { deleteOptionsOf } from './outcomes/delete-options.ts'
import { OutcomePipeline } from './outcomes/outcome-pipeline.ts'
import { finalizerOf, Reaper } from './outcomes/reaper.ts'
import { LeavingPods } from './tracking/leaving-pods.ts'
import { type Ending, failedFor } from './tracking/pod-ending.ts'
import { PodEvents } from './tracking/pod-events.ts'
import { type PodRecord, projectPod } from './tracking/pod-record.ts'
import { PodTracker } from './tracking/pod-tracker.ts'
import { Strangers } from './tracking/strangers.ts'
import { TimelineMeter } from './tracking/timeline.ts'
import type { Troubles } from './troubles.ts'
import { WorkQueue } from './work-queue.ts'
import type { Workload } from './workload.ts'

/** What the engine tells its owner. */
export interface EngineEvents {
  readonly onRunning: (entry: LaunchEntry) => void
  /** The try is accounted for; `state` is what the store holds now. */
  readonly onFinished: (entry: LaunchEntry, outcome: LaunchOutcome, state: string | null) => void
  /** The task is not ours any more, without an outcome: adopted by another, revoked, or not wanted by the store. */
  readonly onReleased: (entry: LaunchEntry, reason: string) => void
}

export interface LaunchEngineOptions {
  readonly pods: PodVerbs
  readonly kubeEvents?: EventVerbs | undefined
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

const TAKEN_OVER = 'another executor answers for it'

/**
 * Takes workloads to their outcomes: launcher, tracker, outcome pipeline and reaper around one book of entries. Knows no
 * slots and no event buffer; those are the executor's.
 */
export class LaunchEngine {
  readonly book = new LaunchBook()
  readonly launcher: Launcher
  readonly tracker: PodTracker
  readonly reaper: Reaper
  readonly #options: LaunchEngineOptions
  readonly #outcomes: OutcomePipeline
  readonly #preparation: LaunchPreparation
  readonly #stopping = new AbortController()
  readonly #strangers: Strangers
  readonly #leaving: LeavingPods
  readonly #gates: LaunchGates
  /** Words with the store that nobody waits for: binds and revocations, each repeated until it is heard. */
  readonly #storeCalls: WorkQueue<() => Promise<void>>

  constructor(options: LaunchEngineOptions) {
    const { pods, config, jobId, store, clock, random, logger, metrics } = options
    const { book } = this
    const shared = { pods, config, clock, random, logger, metrics }
    this.#options = options
    this.reaper = new Reaper({ ...shared, deleteOptions: deleteOptionsOf(config) })
    this.#outcomes = new OutcomePipeline({
      ...shared,
      store,
      logArchive: options.logArchive,
      reaper: this.reaper,
      onFinished: (entry, outcome, state) => {
        book.close(entry)
        this.#freed(entry)
        options.events.onFinished(entry, outcome, state)
      },
      onAnswered: ({ launch }, { takenOver }) =>
        takenOver ? this.#strangers.forget(launch) : this.#strangers.allow(launch),
      onTakenOver: (entry) => this.letGo(entry, TAKEN_OVER),
      onRejected: (entry) => {
        metrics.increment('davit_executor.stale_drops', { cause: 'outcome' })
        this.#release(entry, 'the store holds another launch as the current one')
      },
    })
    const isAccounted = (uid: string) => this.isAccounted(uid)
    this.#preparation = new LaunchPreparation({
      config,
      clock,
      jobId,
      store,
      book,
      builder: new LaunchPodBuilder({
        config,
        jobId,
        clock,
        store,
        podMutationHook: options.podMutationHook,
        signal: this.#stopping.signal,
      }),
      onSuperseded: (entry) => disposeSuperseded(entry, this.reaper, config),
      onUnwanted: (entry, { reason, takenOver }) => {
        if (takenOver) {
          this.letGo(entry, reason)
          return
        }
        metrics.increment('davit_executor.stale_drops', { cause: 'launch' })
        this.#release(entry, reason)
      },
      onRecordedTooLate: (launch) => this.#revokeInStore(launch),
    })
    this.#gates = new LaunchGates(shared)
    this.#strangers = new Strangers({ book, config, reaper: this.reaper })
    this.#leaving = new LeavingPods({ ...shared, onFree: (entry) => this.launcher.enqueue(entry) })
    this.#storeCalls = new WorkQueue<() => Promise<void>>({
      concurrency: 16,
      clock,
      random,
      work: (call, signal) => orAborted(call(), signal),
      onError: (_call, error, delayMs) => {
        logger.error('store does not answer', { error, delayMs })
        return true
      },
    })
    this.launcher = new Launcher({
      ...shared,
      pendingCount: () => book.pendingCount,
      troubles: options.troubles,
      isAccounted,
      beforeCreate: options.beforeCreate,
      prepare: (entry) => this.#preparation.prepare(entry),
      onPod: (entry, pod) => this.#onPod(entry, pod),
      onFailed: (entry, failure) => this.#failLaunch(entry, failure),
      onUsedUp: (entry) => this.#useNextNumber(entry),
    })
    this.tracker = new PodTracker({
      ...shared,
      podEvents: new PodEvents({ events: options.kubeEvents, clock, logger }),
      book,
      owner: config.adoption === 'label' ? makeSafeLabelValue(jobId) : null,
      isAccounted,
      events: {
        onBound: (entry, record) => this.#bind(entry, record.uid),
        onRunning: (entry) => {
          options.events.onRunning(entry)
          this.launcher.started()
        },
        onEnded: (entry, ending, pod) => this.#onEnded(entry, ending, pod.isOver),
        onAdoptedAway: (entry) => this.letGo(entry, 'its pod was adopted by another executor'),
        onGated: (entry) => this.#gates.seen(entry),
        onStranger: (record) => this.#strangers.see(record),
      },
    })
  }

  /** Takes on a task, and launches it when its turn comes. The key must not be in the book. */
  submit(workload: Workload): LaunchEntry {
    const entry = this.#newEntry(workload)
    this.book.add(entry)
    if (!this.#leaving.hold(entry)) this.launcher.enqueue(entry)
    return entry
  }

  /** One notice of a watch. */
  notice(notice: Notice<PodRecord>): void {
    this.#leaving.notice(notice)
    this.tracker.notice(notice)
    if (notice.type !== 'MODIFIED') return
    const entry = this.book.ofPod(notice.record.namespace, notice.record.name)
    if (entry) this.#outcomes.see(entry, notice.record)
  }

  /** Why the entry is not launched yet, for people; null when it only waits for its turn. */
  launchReason(entry: LaunchEntry): string | null {
    return this.#leaving.waitingReason(entry, this.#options.clock.now()) ?? this.launcher.waitingReason(entry)
  }

  /** Takes on a task only to fail it: its input is wrong, and nothing is launched. */
  reject(workload: Workload, failure: Failure, info: string): void {
    const entry = this.#newEntry(workload)
    entry.launch = this.#preparation.launchOf(entry)
    this.book.add(entry)
    this.#finishUnlaunched(entry, { ...failedFor(failure), info })
  }

  /** True for the uid of a pod that has nothing more to tell: its outcome is known, or it is being disposed of. */
  isAccounted(uid: string): boolean {
    return this.#outcomes.isAccounted(uid) || this.reaper.isPending(uid)
  }

  /** Takes on a task that was launched already. `record` null: its pod was bound once, and is looked for. */
  adopt(launch: Launch, record: PodRecord | null): LaunchEntry {
    const entry = adoptedEntry(launch, taskInstanceKeyText(launch.key), this.book.nextSequence(), record)
    entry.timeline = new TimelineMeter(this.#options.clock)
    this.book.add(entry)
    if (record) {
      this.#bind(entry, record.uid)
      this.tracker.see(record)
    } else {
      // The store knows its pod, which nobody has shown us yet.
      if (launch.uid !== undefined) this.#gates.bound(entry)
      this.tracker.lookFor(entry)
    }
    return entry
  }

  /** Lets go of a task that another executor answers for now: neither its pod nor the store is touched (I2). */
  letGo(entry: LaunchEntry, reason: string): void {
    const { store, metrics } = this.#options
    if (entry.phase === 'closed') return
    metrics.increment('davit_executor.stale_drops', { cause: 'owner' })
    // A memory of our own has nothing to tell others.
    if (store.isVolatile && entry.launch) this.#revokeInStore(entry.launch)
    this.#release(entry, reason, { deletePod: false, isRevokedInStore: true })
  }

  /**
   * Lets go of a task: its launch is revoked in the store, then its pod deleted. For one that has ended it is too late.
   * False: it is not in our book.
   */
  revoke(key: TaskInstanceKey): boolean {
    const entry = this.book.get(key)
    if (!entry) return false
    if (entry.phase === 'ended') return true
    this.#options.metrics.increment('davit_executor.revokes')
    this.#release(entry, 'revoked')
    return true
  }

  /** Does this, and again after a while until it has worked. */
  insist(call: () => Promise<void>): void {
    this.#storeCalls.push(call)
  }

  /** Takes the pod of a task that is not in the book away: its launch is revoked in the store, then the pod deleted (I6). */
  revokePod(launch: Launch): void {
    this.#revokeInStore({ owner: this.#options.jobId, ...launch }, (isOurs) => {
      if (isOurs) this.#reapRevoked(launch)
    })
  }

  /** The events of these outcomes were taken out of the buffer: what a volatile store counts as committed. */
  drained(outcomes: readonly LaunchOutcome[]): void {
    this.#outcomes.drained(outcomes)
  }

  /** Resolves when nothing is under way or could begin now; what waits out a backoff does not count. */
  async idle(): Promise<void> {
    // Each may give work to those before it.
    for (let round = 0; round < 3; round++) {
      await this.launcher.idle()
      await this.tracker.idle()
      await this.#leaving.idle()
      await this.#storeCalls.idle()
      await this.#gates.idle()
      await this.#outcomes.idle()
      await this.reaper.idle()
    }
  }

  /** Ends in order: no new creates, outcomes to the store, pods to their end; each within what is left of `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#options
    const endsAt = clock.now() + graceMs
    const expired = Promise.withResolvers<void>()
    const timer = clock.setTimeout(expired.resolve, graceMs)
    try {
      await this.launcher.stop(graceMs)
      this.#stopping.abort()
      await this.tracker.stop()
      await this.#leaving.stop()
      const flush = [
        this.#storeCalls.idle({ withDelayed: true }).then(() => this.#gates.idle({ withDelayed: true })),
        this.#outcomes.idle({ withDelayed: true }),
        this.reaper.idle({ withDelayed: true }),
      ]
      if (clock.now() < endsAt)
        await Promise.race([Promise.all(flush).then(() => this.reaper.idle({ withDelayed: true })), expired.promise])
    } finally {
      timer.cancel()
      await Promise.all([this.#storeCalls.stop(), this.#gates.stop(), this.#outcomes.stop(), this.reaper.stop()])
    }
  }

  #newEntry(workload: Workload): LaunchEntry {
    const wished = workload.podPatch as Pod | null | undefined
    const namespace =
      wished?.metadata?.namespace ?? workload.podOverride?.metadata?.namespace ?? this.#options.config.namespace
    const entry = newEntry(workload, taskInstanceKeyText(workload.key), this.book.nextSequence(), namespace)
    entry.timeline = new TimelineMeter(this.#options.clock, workload.queuedAt)
    return entry
  }

  /** The create was answered, or the pod found under its name. */
  #onPod(entry: LaunchEntry, pod: Pod): void {
    const record = projectPod(pod)
    if (entry.phase === 'creating') {
      if (entry.launch?.uid === undefined) this.#bind(entry, record.uid)
      this.tracker.created(entry, record)
    } else if (entry.launch?.uid !== undefined && entry.launch.uid !== record.uid) this.#refuse(record, entry.launch)
    else if (entry.phase === 'closed') this.#strangers.see(record)
    // Otherwise the watch was faster than the answer.
  }

  /**
   * A second pod of a launch that is bound to another: the first one came of a create that was sent before, and was taken
   * away by somebody else while this one was on its way. It goes (I2), once the store says that it is the second.
   */
  #refuse(second: PodRecord, launch: Launch): void {
    const { store, logger, metrics } = this.#options
    const { uid } = launch
    if (uid === undefined) return
    this.#storeCalls.push(async () => {
      if ((await store.bindPod(launch, uid)) !== true) {
        this.#strangers.see(second)
        return
      }
      const { namespace, name } = second
      logger.warn('second pod of a launch', { namespace, pod: name, launch: launch.id })
      metrics.increment('davit_executor.stale_drops', { cause: 'pod' })
      this.reaper.enqueue({ namespace, name, uid: second.uid, action: 'delete', isRevoked: true })
    })
  }

  #bind(entry: LaunchEntry, uid: string): void {
    const { store, logger, metrics } = this.#options
    if (!entry.launch) return
    if (entry.phase === 'waiting') this.launcher.remove(entry)
    const isBound = entry.launch.uid === uid
    entry.launch = { ...entry.launch, uid }
    entry.phase = 'live'
    entry.refusal = null
    entry.sentPod = null
    entry.timeline?.look(entry)
    const { launch } = entry
    // Taken over with its pod: the store knows it.
    if (isBound) {
      this.#gates.bound(entry)
      return
    }
    this.#storeCalls.push(async () => {
      const answer = await store.bindPod(launch, uid)
      if (answer === true) return this.#gates.bound(entry)
      if (answer === 'takenOver') {
        if (entry.launch === launch) this.letGo(entry, TAKEN_OVER)
        return
      }
      logger.warn('pod refused by the store', taskFields(entry))
      metrics.increment('davit_executor.stale_drops', { cause: 'pod' })
      if (entry.launch === launch)
        this.#release(entry, 'the store does not take this pod for the launch', { isRevokedInStore: true })
    })
  }

  #onEnded(entry: LaunchEntry, ending: Ending, isOver: boolean): void {
    const { config, logger, metrics } = this.#options
    this.tracker.forget(entry)
    if (isOver) this.#freed(entry)
    if (entry.phase === 'replacing') {
      // Given up, whatever has become of it.
      if (isOver) this.#replaced(entry, { isOver })
      return
    }
    const decision = launchAgain(entry, ending, config, isOver)
    if (decision.kind === 'no') {
      if (ending.state === 'failed')
        logger.warn('launch failed', { ...taskFields(entry), error: ending.failure?.message })
      if (!isOver && entry.launch) this.#leaving.add(entry.launch, entry.record)
      this.#outcomes.push(entry, ending)
      return
    }
    logger.warn('launch lost', { ...taskFields(entry), error: decision.failure.message })
    if (!entry.supersedes) metrics.increment('davit_executor.relaunches', { class: decision.failure.class })
    markSuperseded(entry, decision.failure)
    if (decision.kind === 'afterDeletion') this.#replace(entry)
    else this.#launchAfterLog(entry, ending)
  }

  /** The log of a launch that ran is kept like any other, before its pod may go. */
  #launchAfterLog(entry: LaunchEntry, { startedAt }: Ending): void {
    const { launch } = entry
    if (!launch || (startedAt === undefined && !entry.wasRunning)) {
      this.#launchNext(entry)
      return
    }
    entry.phase = 'replacing'
    entry.replacing = { isRevoked: false, isOver: true }
    const next = () => {
      if (entry.launch === launch && entry.phase === 'replacing') this.#replaced(entry, { isRevoked: true })
    }
    this.#outcomes.farewell(launch, next, startedAt)
  }

  #launchNext(entry: LaunchEntry): void {
    beginNextLaunch(entry, this.book)
    this.launcher.enqueue(entry, relaunchDelayMs(entry))
  }

  /** Gives the launch up in the store, then deletes its pod (I6). The next number comes when both have happened (I1). */
  #replace(entry: LaunchEntry): void {
    const { launch } = entry
    if (!launch?.uid) return
    const { namespace, podName: name, uid } = launch
    entry.phase = 'replacing'
    entry.timeline?.look(entry)
    entry.replacing = { isRevoked: false, isOver: false }
    this.#revokeInStore(launch, (isOurs) => {
      if (entry.launch !== launch || entry.phase !== 'replacing') return
      if (!isOurs) {
        this.letGo(entry, TAKEN_OVER)
        return
      }
      if (!entry.replacing?.isOver) {
        this.reaper.enqueue({ namespace, name, uid, action: 'delete', ...finalizerOf(entry.record) })
        if (entry.supersedes) entry.supersedes = { ...entry.supersedes, isDisposedOf: true }
      }
      this.#replaced(entry, { isRevoked: true })
    })
  }

  #replaced(entry: LaunchEntry, what: { readonly isRevoked?: true; readonly isOver?: true }): void {
    if (!entry.replacing) return
    entry.replacing = { ...entry.replacing, ...what }
    if (entry.replacing.isRevoked && entry.replacing.isOver) this.#launchNext(entry)
  }

  /** The entry's pod has ended, or is going: it leaves room once. */
  #freed(entry: LaunchEntry): void {
    if (!entry.launch?.uid || entry.hasFreed) return
    entry.hasFreed = true
    this.launcher.freed(entry.namespace)
  }

  /** A launch that fails without a pod of its own. */
  #failLaunch(entry: LaunchEntry, failure: Failure): void {
    this.#options.logger.warn('launch failed', { ...taskFields(entry), error: failure.message })
    // Its create may have been carried out all the same, and the pod may yet appear.
    if (entry.sentPod && entry.launch) this.#strangers.expect(entry.launch)
    this.#finishUnlaunched(entry, failedFor(failure))
  }

  #finishUnlaunched(entry: LaunchEntry, ending: Ending): void {
    if (entry.isRecorded || this.#options.store.isVolatile) {
      this.#outcomes.push(entry, ending)
      return
    }
    entry.phase = 'ended'
    entry.timeline?.look(entry)
    this.#storeCalls.push(async () => {
      if (await this.#preparation.record(entry)) this.#outcomes.push(entry, ending)
    })
  }

  /** The pod of this number ran and is accounted for: this is another run of the same try. */
  #useNextNumber(entry: LaunchEntry): void {
    const { launch } = entry
    this.book.unindex(entry)
    entry.launch = null
    entry.launchNumber += 1
    entry.mayBeRecorded = false
    entry.isRecorded = false
    entry.sentPod = null
    entry.mayExist = false
    const enqueue = () => {
      if (entry.phase === 'creating') this.launcher.enqueue(entry)
    }
    if (launch) this.#revokeInStore(launch, enqueue)
  }

  #release(entry: LaunchEntry, reason: string, how: { deletePod?: boolean; isRevokedInStore?: boolean } = {}): void {
    const { deletePod = true, isRevokedInStore = false } = how
    const { launch, phase } = entry
    if (phase === 'closed') return
    this.#options.logger.info('task released', { ...taskFields(entry), error: reason })
    this.tracker.forget(entry)
    if (phase === 'waiting') this.launcher.remove(entry)
    this.book.close(entry)
    this.#freed(entry)
    if (launch && entry.mayBeRecorded) {
      if (entry.sentPod && deletePod) this.#strangers.expect(launch)
      if (deletePod) this.#leaving.add(launch, entry.record)
      if (isRevokedInStore) this.#dispose(entry, launch, deletePod)
      else this.#revokeInStore(launch, (isOurs) => this.#dispose(entry, launch, deletePod && isOurs))
    }
    this.#options.events.onReleased(entry, reason)
  }

  /** The launch is given up in the store, or another executor's by now: its pod goes, or is left alone. */
  #dispose(entry: LaunchEntry, launch: Launch, mayGo: boolean): void {
    if (!mayGo) {
      this.#strangers.forget(launch)
      this.#leaving.forget(launch)
    } else if (!launch.uid) this.#strangers.allow(launch)
    else if (entry.wasRunning) this.#outcomes.farewell(launch, () => this.#reapRevoked(launch))
    else this.#reapRevoked(launch)
  }

  #reapRevoked({ namespace, podName: name, uid }: Launch): void {
    if (uid) this.reaper.enqueue({ namespace, name, uid, action: 'delete', isRevoked: true })
  }

  /** @param then told whether the launch was ours to give up */
  #revokeInStore(launch: Launch, then: (isOurs: boolean) => void = () => {}): void {
    const { store } = this.#options
    this.#storeCalls.push(async () => then((await store.revokeLaunch?.(launch)) ?? true))
  }
}
