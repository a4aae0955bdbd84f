import { type Clock, steadyClock } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { PodView } from '../../kube/pod-view.ts'
import { isNotFound } from '../../kube/status-predicates.ts'
import type { PodEvent } from '../../kube/types.ts'
import type { Logger } from '../../logger.ts'
import type { Failure } from '../../pods/failure.ts'
import { EXECUTOR_DONE_LABEL, OWNER_LABEL } from '../../pods/identity-marks.ts'
import { hasOutcomeFinalizer } from '../../pods/protocol-marks.ts'
import type { Notice } from '../../watch/notice.ts'
import { Deadlines } from '../deadlines.ts'
import type { LaunchBook } from '../launch-book.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { Launch } from '../launch-store.ts'
import { taskFields } from '../launching/launcher.ts'
import type { PodReference } from '../outcomes/delete-pod.ts'
import { WorkQueue } from '../work-queue.ts'
import { explainEnd, explainPending, isMute } from './explained-failure.ts'
import { launchIdOf } from './launch-of-pod.ts'
import { PendingExplanations } from './pending-explanations.ts'
import { pendingClass, pendingLimits, reasonsWithoutGrace } from './pending-limit.ts'
import { pendingStage } from './pending-stage.ts'
import { type Ending, endingOf, failedAs, failedFor, hasEnded, podNews, vanishedFailure } from './pod-ending.ts'
import type { PodEvents } from './pod-events.ts'
import { type PodRecord, projectPod } from './pod-record.ts'
import { UnlistedLaunches } from './unlisted-launches.ts'

/** What the tracker tells. `isOver`: the pod has ended or is gone, so that it cannot do anything more. */
export interface TrackerEvents {
  /** The pod of a launch is seen for the first time. */
  readonly onBound: (entry: LaunchEntry, record: PodRecord) => void
  readonly onRunning: (entry: LaunchEntry) => void
  readonly onEnded: (entry: LaunchEntry, ending: Ending, pod: { readonly isOver: boolean }) => void
  /** Another executor has adopted the pod. */
  readonly onAdoptedAway: (entry: LaunchEntry) => void
  /** The pod of a launch has a scheduling gate. */
  readonly onGated: (entry: LaunchEntry) => void
  /** A pod with our labels that is not the current one of any launch. */
  readonly onStranger: (record: PodRecord) => void
}

interface PodTrackerOptions {
  readonly book: LaunchBook
  readonly pods: PodVerbs
  readonly podEvents: PodEvents
  readonly config: ExecutorConfig
  /** Our value of the label `airflow-worker`; null: that label says nothing of a pod's owner. */
  readonly owner: string | null
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** True for the uid of a pod whose outcome is known already. */
  readonly isAccounted: (uid: string) => boolean
  readonly events: TrackerEvents
}

/** How long a pod of ours that lacks our selector's labels waits for the next look. */
const RECHECK_MS = 10_000

/**
 * Follows the pods of launches by what the watch tells: first sight, start, end, disappearance, and pending for too long.
 * Events of another launch or uid change nothing (I2).
 */
export class PodTracker {
  readonly #options: PodTrackerOptions
  readonly #withoutGrace: readonly string[]
  readonly #steady: Clock
  readonly #deadlines: Deadlines<LaunchEntry>
  readonly #rechecks: Deadlines<LaunchEntry>
  readonly #looks: WorkQueue<LaunchEntry>
  readonly #explanations: PendingExplanations
  /** Entries whose end waits for what the pod's events say of it. */
  readonly #explaining = new Set<LaunchEntry>()
  readonly #unlisted = new UnlistedLaunches()
  /** Pods that are being adopted, each with the latest that was told of it. */
  readonly #held = new Map<string, Notice<PodRecord> | null>()
  /** When each limit that a pending pod is under began. */
  readonly #since = new WeakMap<LaunchEntry, { stage: string; labels: Map<string, number> }>()

  constructor(options: PodTrackerOptions) {
    this.#options = options
    const { clock, random, logger, config, podEvents } = options
    this.#steady = steadyClock(clock)
    this.#withoutGrace = reasonsWithoutGrace(config)
    this.#deadlines = new Deadlines(this.#steady, (entry) => this.#checkPending(entry))
    this.#explanations = new PendingExplanations(podEvents, this.#steady)
    this.#rechecks = new Deadlines(this.#steady, (entry) => this.#looks.push(entry))
    this.#looks = new WorkQueue<LaunchEntry>({
      concurrency: 16,
      clock,
      random,
      work: (entry, signal) => this.#look(entry, signal),
      onError: (entry, error, delayMs) => {
        logger.warn('pod cannot be looked at yet', { ...taskFields(entry), error, delayMs })
        return true
      },
    })
  }

  /**
   * The record of a pod. It has its launch's texts from the start: a cache keeps the name under which it first held a pod, and
   * would hold a second one as long.
   */
  record(pod: PodView): PodRecord {
    const record = projectPod(pod)
    const launch = this.#options.book.ofPod(record.namespace, record.name)?.launch
    if (launch) record.metadata.shareTextsWith(launch)
    return record
  }

  /** One notice of a watch. */
  notice(notice: Notice<PodRecord>): void {
    if (notice.type === 'LISTED') {
      for (const entry of this.#unlisted.listed(notice, this.#options.book.entries())) this.#looks.push(entry)
      return
    }
    const { uid } = notice.record
    if (this.#held.has(uid)) {
      this.#held.set(uid, notice)
      return
    }
    if (notice.type === 'DELETED') this.#deleted(notice.record, notice.missed)
    else this.see(notice.record)
  }

  /**
   * Keeps what is told of a pod that is being adopted: it may start and end before the patch that makes it ours is
   * answered, and nothing would be told of it again. Caller's duty: `release` it, adopted or not.
   */
  hold(uid: string): void {
    this.#held.set(uid, null)
  }

  /** Takes notice of what was kept. */
  release(uid: string): void {
    const notice = this.#held.get(uid)
    this.#held.delete(uid)
    if (notice) this.notice(notice)
  }

  /** The pod as the answer to its create shows it; by now it may have been listed without it. */
  created(entry: LaunchEntry, record: PodRecord): void {
    this.see(record)
    if (this.#unlisted.isMissing(entry)) this.#looks.push(entry)
  }

  /** The pod as it is now: from a watch, a create's answer, or an adoption. */
  see(record: PodRecord): void {
    const entry = this.#entryOf(record)
    if (!entry) return
    if (entry.launch?.uid === undefined) {
      // Seen before the store knows of the launch: the create will find it.
      if (!entry.isRecorded) return
      // On its way out, it is the pod of an earlier life of the same launch, and ours is still to come; unless our finalizer
      // keeps it for us.
      if (record.metadata.deletionTimestamp !== undefined && !hasOutcomeFinalizer(record)) return
      this.#options.events.onBound(entry, record)
    }
    entry.record = record
    this.#take(entry, record, { isDeleted: false })
  }

  /** Looks for the pod of an entry that no watch has shown. */
  lookFor(entry: LaunchEntry): void {
    this.#looks.push(entry)
  }

  /** Fails the oldest `limit` pods that have been pending for longer than this. Airflow: `_check_worker_pods_pending_timeout`. */
  failPendingOlderThan(seconds: number, limit: number): void {
    const { book, clock, events } = this.#options
    const before = clock.now() - seconds * 1000
    const createdAt = ({ record }: LaunchEntry) => Date.parse(record?.metadata.creationTimestamp ?? '')
    const old = [...book.entries()]
      .filter((entry) => entry.phase === 'live' && entry.pending !== null && createdAt(entry) < before)
      .sort((a, b) => createdAt(a) - createdAt(b))
    for (const entry of old.slice(0, limit)) {
      const pending = entry.record && pendingStage(entry.record)
      if (!pending) continue
      const said = [pending.reason, entry.pending?.told].filter(Boolean).join('; ')
      const message = `the pod was pending for more than ${seconds} s (workerPodsPendingTimeout)${said && `: ${said}`}`
      const failure: Failure = { class: pendingClass(pending.stage), evidence: pending.evidence, message }
      events.onEnded(entry, failedFor(failure), { isOver: false })
    }
  }

  /** The entry needs no following any more. */
  forget(entry: LaunchEntry): void {
    this.#deadlines.clear(entry)
    this.#rechecks.clear(entry)
    this.#since.delete(entry)
    this.#explanations.forget(entry)
    entry.pending = null
  }

  async idle(): Promise<void> {
    await this.#looks.idle()
    await this.#options.podEvents.idle()
  }

  async stop(): Promise<void> {
    this.#deadlines.stop()
    this.#rechecks.stop()
    this.#explanations.stop()
    await this.#looks.stop()
    await this.#options.podEvents.stop()
  }

  /** The entry whose current pod this is. Others are told as strangers, unless they are accounted for. */
  #entryOf(record: PodRecord): LaunchEntry | null {
    const { book, events, isAccounted } = this.#options
    if (isAccounted(record.uid)) return null
    const entry = book.ofPod(record.namespace, record.name)
    const isOfLaunch = entry?.launch && launchIdOf(record) === entry.launch.id
    if (!entry || !isOfLaunch || (entry.launch?.uid ?? record.uid) !== record.uid) {
      events.onStranger(record)
      return null
    }
    if (entry.phase !== 'ended' && entry.phase !== 'closed') return entry
    // Its launch has failed without a pod, and here it is all the same.
    if (entry.launch?.uid === undefined) events.onStranger(record)
    return null
  }

  #deleted(record: PodRecord, missed: boolean): void {
    const entry = this.#options.book.ofPod(record.namespace, record.name)
    // A pod that was never bound is gone before we knew it: its create is repeated.
    if (!entry || entry.launch?.uid !== record.uid || entry.phase === 'ended') return
    // What was last seen of a missed deletion may lie well before its end.
    if (!missed) entry.record = record
    if (missed) this.#looks.push(entry)
    else this.#take(entry, record, { isDeleted: true })
  }

  #take(entry: LaunchEntry, record: PodRecord, { isDeleted }: { isDeleted: boolean }): void {
    const { events } = this.#options
    if (record.spec.schedulingGates && entry.phase === 'live') events.onGated(entry)
    const news = podNews(record, { isDeleted, fatalContainerStateReasons: this.#withoutGrace })
    switch (news.kind) {
      case 'running':
        if (!entry.wasRunning) {
          this.forget(entry)
          entry.startedRunning()
          entry.timeline?.look(entry)
          if (entry.phase === 'live') events.onRunning(entry)
        }
        return
      case 'ended':
        this.#end(entry, news.ending, { isOver: isDeleted || hasEnded(record) })
        return
      case 'vanished':
        this.#end(entry, failedFor(this.#vanished(entry, record, news.failure)), { isOver: true })
        return
      case 'left':
        this.#looks.push(entry)
        return
      case 'none':
        this.#updatePending(entry, record)
    }
  }

  /** A pod once seen running has not been deleted before it started, whatever its last phase was. */
  #vanished(entry: LaunchEntry, record: PodRecord, failure: Failure): Failure {
    return entry.wasRunning ? vanishedFailure(record, { mayHaveRun: true }) : failure
  }

  #updatePending(entry: LaunchEntry, record: PodRecord): void {
    const pending = pendingStage(record)
    if (!pending || entry.phase !== 'live') {
      this.forget(entry)
      return
    }
    const now = this.#steady.now()
    const told = entry.pending?.stage === pending.stage ? (entry.pending.told ?? null) : null
    entry.pending = { stage: pending.stage, reason: pending.reason, told }
    entry.timeline?.look(entry)
    this.#explanations.follow(entry)
    let known = this.#since.get(entry)
    // A fatal reason in its grace comes and goes (ErrImagePull, ImagePullBackOff): its time runs on within the stage.
    if (known?.stage !== pending.stage) known = { stage: pending.stage, labels: new Map() }
    this.#since.set(entry, known)
    let dueAt = Number.POSITIVE_INFINITY
    for (const { label } of pendingLimits(record, this.#options.config)) {
      if (!known.labels.has(label)) known.labels.set(label, now)
    }
    for (const { label, limitMs } of pendingLimits(record, this.#options.config)) {
      dueAt = Math.min(dueAt, (known.labels.get(label) ?? now) + limitMs)
    }
    if (Number.isFinite(dueAt)) this.#deadlines.set(entry, dueAt)
    else this.#deadlines.clear(entry)
  }

  /** The launch is at its end. Where its pod does not show why, its events are asked first. */
  #end(entry: LaunchEntry, ending: Ending, pod: { readonly isOver: boolean }): void {
    const { events, podEvents } = this.#options
    const { failure } = ending
    if (this.#explaining.has(entry)) return
    if (!failure || !isMute(failure) || !podEvents.canAsk(entry.namespace)) {
      events.onEnded(entry, ending, pod)
      return
    }
    this.#explain(entry, (found) => events.onEnded(entry, failedAs(ending, explainEnd(failure, found)), pod))
  }

  /** Asks for the events of the entry's pod, then goes on, unless the entry is another launch's by then. */
  #explain(entry: LaunchEntry, then: (events: readonly PodEvent[]) => void): void {
    const { podEvents } = this.#options
    const { launch } = entry
    if (!launch) return
    this.#explaining.add(entry)
    void podEvents.about(podOf(launch), 'end').then((found) => {
      this.#explaining.delete(entry)
      if (entry.launch === launch && (entry.phase === 'live' || entry.phase === 'replacing')) then(found)
    })
  }

  /** A deadline came: ends the launch if its pod still waits for the same, when its events have been asked why. */
  #checkPending(entry: LaunchEntry, found: readonly PodEvent[] | null = null): void {
    const { config, events, logger, podEvents } = this.#options
    if (entry.phase !== 'live' || !entry.record || this.#explaining.has(entry)) return
    const known = this.#since.get(entry)
    const now = this.#steady.now()
    for (const { label, limitMs, failure } of pendingLimits(entry.record, config)) {
      if ((known?.labels.get(label) ?? now) + limitMs > now) continue
      if (found === null && podEvents.canAsk(entry.namespace)) {
        this.#explain(entry, (answer) => this.#checkPending(entry, answer))
        return
      }
      const explained = explainPending(failure, found ?? [])
      logger.warn('pod pending for too long', { ...taskFields(entry), error: explained.message })
      events.onEnded(entry, failedFor(explained), { isOver: false })
      return
    }
    this.#updatePending(entry, entry.record)
  }

  /** Asks the server about a pod that left our sight: adopted by another, or gone. */
  async #look(entry: LaunchEntry, signal: AbortSignal): Promise<void> {
    const { owner, events } = this.#options
    const { launch } = entry
    if (!launch || (entry.phase !== 'live' && entry.phase !== 'replacing')) return
    const pod = await this.#get(launch.namespace, launch.podName, signal)
    if (entry.launch !== launch || (entry.phase !== 'live' && entry.phase !== 'replacing')) return
    if (!pod || pod.metadata?.uid !== launch.uid) {
      this.#gone(entry)
      return
    }
    if (owner !== null && pod.metadata?.labels?.[OWNER_LABEL] !== owner) {
      events.onAdoptedAway(entry)
      return
    }
    entry.record = this.record(pod)
    this.#take(entry, entry.record, { isDeleted: false })
    // It is out of the watch's selector and yet ours (labelled done by someone): it is looked at until it ends.
    const isUnwatched = pod.metadata?.labels?.[EXECUTOR_DONE_LABEL] !== undefined
    if (isUnwatched && (entry.phase === 'live' || entry.phase === 'replacing')) {
      this.#rechecks.set(entry, this.#steady.now() + RECHECK_MS)
    }
  }

  async #get(namespace: string, name: string, signal: AbortSignal) {
    try {
      return await this.#options.pods.get(namespace, name, { signal })
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  }

  #gone(entry: LaunchEntry): void {
    const { record, launch } = entry
    const ending = record && endingOf(record)
    if (ending) {
      this.#end(entry, ending, { isOver: true })
      return
    }
    // A pod that had no node when last seen may have got one since; only a deletion that was watched would prove more.
    const { namespace, podName: name = '', uid = '' } = launch ?? {}
    // Taken over after it went: nobody has shown it to us, and the store has its name.
    const pod = record ?? { metadata: { ...(namespace && { namespace }), name, uid } }
    const failure = vanishedFailure(pod, { mayHaveRun: true })
    this.#end(entry, failedFor(failure), { isOver: true })
  }
}

function podOf({ namespace, podName: name, uid }: Launch): PodReference {
  return { namespace, name, ...(uid === undefined ? {} : { uid }) }
}
