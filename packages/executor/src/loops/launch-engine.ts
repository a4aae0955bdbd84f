import type { PodView } from '../kube/pod-view.ts'
import type { Pod } from '../kube/types.ts'
import type { Failure } from '../pods/failure.ts'
import { makeSafeLabelValue } from '../pods/safe-label-value.ts'
import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'
import type { Notice } from '../watch/notice.ts'
import { LaunchBook } from './launch-book.ts'
import type { LaunchEngineOptions } from './launch-engine-options.ts'
import { adoptedEntry, type LaunchEntry, newEntry } from './launch-entry.ts'
import type { Launch, LaunchOutcome } from './launch-store.ts'
import { LaunchGates } from './launching/launch-gates.ts'
import { LaunchPodBuilder } from './launching/launch-pod-builder.ts'
import { LaunchPreparation } from './launching/launch-preparation.ts'
import { Launcher, taskFields } from './launching/launcher.ts'
import { leaveRoom } from './launching/leave-room.ts'
import { PodBinding } from './launching/pod-binding.ts'
import { disposeSuperseded, launchAgain } from './launching/relaunch.ts'
import { Replacements } from './launching/replacements.ts'
import { deleteOptionsOf } from './outcomes/delete-options.ts'
import { OutcomePipeline } from './outcomes/outcome-pipeline.ts'
import { Reaper } from './outcomes/reaper.ts'
import { Releases } from './outcomes/releases.ts'
import { UnlaunchedEnds } from './outcomes/unlaunched-ends.ts'
import { StoreWords } from './store-words.ts'
import { LeavingPods } from './tracking/leaving-pods.ts'
import type { Ending } from './tracking/pod-ending.ts'
import { PodEvents } from './tracking/pod-events.ts'
import type { PodRecord } from './tracking/pod-record.ts'
import { PodTracker } from './tracking/pod-tracker.ts'
import { Strangers } from './tracking/strangers.ts'
import { TimelineMeter } from './tracking/timeline.ts'
import type { Workload } from './workload.ts'

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
  readonly #words: StoreWords
  readonly #binding: PodBinding
  readonly #replacements: Replacements
  readonly #releases: Releases
  readonly #unlaunched: UnlaunchedEnds

  constructor(options: LaunchEngineOptions) {
    const { pods, config, jobId, store, clock, random, logger, metrics } = options
    const { book } = this
    const onTakenOver = (entry: LaunchEntry) => this.letGo(entry, 'another executor answers for it')
    const isAccounted = (uid: string) => this.isAccounted(uid)
    const shared = { pods, config, jobId, store, book, clock, random, logger, metrics }
    this.#options = options
    this.#words = new StoreWords(shared)
    this.reaper = new Reaper({ ...shared, deleteOptions: deleteOptionsOf(config) })
    this.#strangers = new Strangers({ ...shared, reaper: this.reaper })
    this.#outcomes = new OutcomePipeline({
      ...shared,
      logArchive: options.logArchive,
      reaper: this.reaper,
      onFinished: (entry, outcome, state) => {
        book.close(entry)
        leaveRoom(entry, this.launcher)
        options.events.onFinished(entry, outcome, state)
      },
      onAnswered: ({ launch }, { takenOver }) =>
        takenOver ? this.#strangers.forget(launch) : this.#strangers.allow(launch),
      onTakenOver,
      onRejected: (entry) => {
        metrics.increment('davit_executor.stale_drops', { cause: 'outcome' })
        this.#releases.release(entry, 'the store holds another launch as the current one')
      },
    })
    this.#preparation = new LaunchPreparation({
      ...shared,
      builder: new LaunchPodBuilder({
        ...shared,
        podMutationHook: options.podMutationHook,
        signal: this.#stopping.signal,
      }),
      onSuperseded: (entry) => disposeSuperseded(entry, this.reaper, config),
      onUnwanted: (entry, { reason, takenOver }) => {
        if (takenOver) {
          this.#releases.letGo(entry, reason)
          return
        }
        metrics.increment('davit_executor.stale_drops', { cause: 'launch' })
        this.#releases.release(entry, reason)
      },
      onRecordedTooLate: (launch) => this.#words.revoke(launch),
    })
    this.#gates = new LaunchGates(shared)
    this.#leaving = new LeavingPods({ ...shared, onFree: (entry) => this.launcher.enqueue(entry) })
    this.launcher = new Launcher({
      ...shared,
      resources: options.kubeResources,
      pendingCount: () => book.pendingCount,
      troubles: options.troubles,
      isAccounted,
      beforeCreate: options.beforeCreate,
      prepare: (entry) => this.#preparation.prepare(entry),
      onPod: (entry, pod) => this.#onPod(entry, pod),
      onFailed: (entry, failure) => this.#unlaunched.fail(entry, failure),
      onUsedUp: (entry) => this.#replacements.useNextNumber(entry),
    })
    this.tracker = new PodTracker({
      ...shared,
      podEvents: new PodEvents({ events: options.kubeEvents, clock, logger }),
      owner: config.adoption === 'label' ? makeSafeLabelValue(jobId) : null,
      isAccounted,
      events: {
        onBound: (entry, record) => this.#binding.bind(entry, record.uid),
        onRunning: (entry) => {
          this.#gates.passed(entry)
          options.events.onRunning(entry)
          this.launcher.started()
        },
        onEnded: (entry, ending, pod) => this.#onEnded(entry, ending, pod.isOver),
        onAdoptedAway: (entry) => this.#releases.letGo(entry, 'its pod was adopted by another executor'),
        onGated: (entry) => this.#gates.seen(entry),
        onStranger: (record) => this.#strangers.see(record),
      },
    })
    const parts = {
      ...shared,
      words: this.#words,
      launcher: this.launcher,
      tracker: this.tracker,
      gates: this.#gates,
      strangers: this.#strangers,
      leaving: this.#leaving,
      outcomes: this.#outcomes,
      preparation: this.#preparation,
      reaper: this.reaper,
      onTakenOver,
    }
    this.#binding = new PodBinding({
      ...parts,
      onRefused: (entry) =>
        this.#releases.release(entry, 'the store does not take this pod for the launch', { isRevokedInStore: true }),
      onStranger: (record) => this.#strangers.see(record),
    })
    this.#replacements = new Replacements(parts)
    this.#unlaunched = new UnlaunchedEnds(parts)
    this.#releases = new Releases({ ...parts, onReleased: options.events.onReleased })
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
    this.#unlaunched.reject(this.#newEntry(workload), failure, info)
  }

  /** True for the uid of a pod that has nothing more to tell: its outcome is known, or it is being disposed of. */
  isAccounted(uid: string): boolean {
    return this.#outcomes.isAccounted(uid) || this.reaper.isPending(uid)
  }

  /** Takes on a task that was launched already. `record` null: its pod was bound once, and is looked for. */
  adopt(launch: Launch, record: PodRecord | null): LaunchEntry {
    const entry = adoptedEntry(launch, this.book.nextSequence(), record)
    entry.timeline = new TimelineMeter(this.#options.clock)
    this.book.add(entry)
    if (record) {
      this.#binding.bind(entry, record.uid)
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
    this.#releases.letGo(entry, reason)
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
    this.#releases.release(entry, 'revoked')
    return true
  }

  /** Does this, and again after a while until it has worked. */
  insist(call: () => Promise<void>): void {
    this.#words.insist(call)
  }

  /** Takes the pod of a task that is not in the book away: its launch is revoked in the store, then the pod deleted (I6). */
  revokePod(launch: Launch): void {
    this.#releases.releasePod(launch)
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
      await this.#words.idle()
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
        this.#words.idle({ withDelayed: true }).then(() => this.#gates.idle({ withDelayed: true })),
        this.#outcomes.idle({ withDelayed: true }),
        this.reaper.idle({ withDelayed: true }),
      ]
      if (clock.now() < endsAt)
        await Promise.race([Promise.all(flush).then(() => this.reaper.idle({ withDelayed: true })), expired.promise])
    } finally {
      timer.cancel()
      await Promise.all([this.#words.stop(), this.#gates.stop(), this.#outcomes.stop(), this.reaper.stop()])
    }
  }

  #newEntry(workload: Workload): LaunchEntry {
    const wished = workload.podPatch as Pod | null | undefined
    const namespace =
      wished?.metadata?.namespace ?? workload.podOverride?.metadata?.namespace ?? this.#options.config.namespace
    const entry = newEntry(workload, this.book.nextSequence(), namespace)
    entry.timeline = new TimelineMeter(this.#options.clock, workload.queuedAt)
    return entry
  }

  /** The create was answered, or the pod found under its name. */
  #onPod(entry: LaunchEntry, pod: PodView): void {
    const record = this.tracker.record(pod)
    if (entry.phase === 'creating') {
      if (entry.launch?.uid === undefined) this.#binding.bind(entry, record.uid)
      this.tracker.created(entry, record)
    } else if (entry.launch?.uid !== undefined && entry.launch.uid !== record.uid)
      this.#binding.refuse(record, entry.launch)
    else if (entry.phase === 'closed') this.#strangers.see(record)
    // Otherwise the watch was faster than the answer.
  }

  #onEnded(entry: LaunchEntry, ending: Ending, isOver: boolean): void {
    const { config, logger } = this.#options
    this.tracker.forget(entry)
    if (isOver) leaveRoom(entry, this.launcher)
    if (entry.phase === 'replacing') {
      // Given up, whatever has become of it.
      if (isOver) this.#replacements.podIsOver(entry)
      return
    }
    const lost = launchAgain(entry, ending, config, isOver)
    if (lost) {
      this.#replacements.begin(entry, lost, ending)
      return
    }
    if (ending.state === 'failed')
      logger.warn('launch failed', { ...taskFields(entry), error: ending.failure?.message })
    if (!isOver && entry.launch) this.#leaving.add(entry.launch, entry.record)
    this.#outcomes.push(entry, ending)
  }
}
