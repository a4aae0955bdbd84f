import type { Clock } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import { withHint } from '../../pods/failure-hint.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { CommittedOutcome, Launch, LaunchOutcome, LaunchStore } from '../launch-store.ts'
import { LeavingLogs } from '../logs/leaving-logs.ts'
import { archiveLog, type LogArchive } from '../logs/log-archive.ts'
import type { Ending } from '../tracking/pod-ending.ts'
import type { PodRecord } from '../tracking/pod-record.ts'
import { WorkQueue } from '../work-queue.ts'
import { OutcomeCommitter } from './outcome-committer.ts'
import { podDisposal } from './pod-disposal.ts'
import { finalizerOf, type Reaper } from './reaper.ts'

interface OutcomePipelineOptions {
  readonly pods: PodVerbs
  readonly config: ExecutorConfig
  readonly store: LaunchStore
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly logArchive: LogArchive | undefined
  readonly reaper: Reaper
  /** The try is accounted for: tell it. */
  readonly onFinished: (entry: LaunchEntry, outcome: LaunchOutcome, state: string | null) => void
  /** The store has the outcome, or knows better. */
  readonly onAnswered: (outcome: LaunchOutcome, committed: CommittedOutcome) => void
  /** The store holds another launch as the current one, or another pod (I2). */
  readonly onRejected: (entry: LaunchEntry) => void
  /** Another executor answers for the launch, and for its pod. */
  readonly onTakenOver: (entry: LaunchEntry) => void
}

interface Farewell {
  readonly launch: Launch
  readonly startedAt: string | undefined
  readonly then: () => void
}

/** A pod that is to go does not wait long for its log. */
const FAREWELL_MS = 3_000

/**
 * From a launch's end to its pod's: archive the log, commit, tell, dispose of the pod. With a volatile store the telling
 * comes first, and the commit when the event was taken out of the buffer.
 */
export class OutcomePipeline {
  readonly #options: OutcomePipelineOptions
  readonly #archiving: WorkQueue<LaunchEntry>
  readonly #farewells: WorkQueue<Farewell>
  readonly #committer: OutcomeCommitter
  readonly #leaving: LeavingLogs
  readonly #entries = new Map<LaunchOutcome, LaunchEntry>()
  /** Pods whose outcome is known and which the reaper does not have yet. */
  readonly #uids = new Set<string>()

  constructor(options: OutcomePipelineOptions) {
    const { store, clock, random, logger, metrics } = options
    this.#options = options
    this.#leaving = new LeavingLogs(options)
    this.#archiving = new WorkQueue<LaunchEntry>({
      concurrency: 16,
      clock,
      random,
      work: (entry, signal) => this.#archive(entry, signal),
      onError: () => false,
    })
    this.#farewells = new WorkQueue<Farewell>({
      concurrency: 16,
      clock,
      random,
      work: (farewell, signal) => this.#bidFarewell(farewell, signal),
      onError: () => false,
    })
    this.#committer = new OutcomeCommitter({
      store,
      clock,
      random,
      logger,
      onCommitted: (outcome, committed) => this.#committed(outcome, committed),
      onRetry: () => metrics.increment('davit_executor.outcome_commit_retries'),
    })
  }

  /** True for the uid of a pod whose outcome is known, and which has not been disposed of. */
  isAccounted(uid: string): boolean {
    return this.#uids.has(uid)
  }

  /** The launch ended. */
  push(entry: LaunchEntry, ending: Ending): void {
    if (!entry.launch) return
    entry.phase = 'ended'
    entry.timeline?.look(entry)
    const { failure } = ending
    const hinted = failure && { failure: withHint(failure, entry.record) }
    entry.outcome = { launch: entry.launch, ...ending, ...hinted }
    if (entry.launch.uid) this.#uids.add(entry.launch.uid)
    // Without a start there is no log.
    const hasLog = ending.startedAt !== undefined || this.#leaving.has(entry.launch.uid)
    if (this.#options.logArchive && hasLog) this.#archiving.push(entry)
    else this.#advance(entry)
  }

  /** A pod of ours was seen; if it is being deleted while it runs, its log is followed from now on. */
  see(entry: LaunchEntry, record: PodRecord): void {
    if (entry.phase === 'live') this.#leaving.see(entry, record)
  }

  /** Archives what a pod that is given up has logged so far, then goes on. */
  farewell(launch: Launch, then: () => void, startedAt?: string): void {
    if (this.#options.logArchive) this.#farewells.push({ launch, startedAt, then })
    else then()
  }

  drained(outcomes: readonly LaunchOutcome[]): void {
    this.#committer.push(...outcomes.filter((outcome) => this.#entries.has(outcome)))
  }

  async idle(options?: { readonly withDelayed?: boolean }): Promise<void> {
    await this.#archiving.idle()
    await this.#farewells.idle()
    await this.#committer.idle(options)
  }

  async stop(): Promise<void> {
    await this.#archiving.stop()
    await this.#farewells.stop()
    await this.#leaving.stop()
    await this.#committer.stop()
  }

  async #bidFarewell({ launch, startedAt, then }: Farewell, signal: AbortSignal): Promise<void> {
    const { logArchive } = this.#options
    const followed = await this.#leaving.take(launch.uid)
    if (logArchive && followed === null)
      await archiveLog(launch, logArchive, { ...this.#options, signal, deadlineMs: FAREWELL_MS, startedAt })
    then()
  }

  async #archive(entry: LaunchEntry, signal: AbortSignal): Promise<void> {
    const { logArchive } = this.#options
    if (!entry.outcome || !logArchive) return
    const { launch, startedAt } = entry.outcome
    const logPath =
      (await this.#leaving.take(launch.uid)) ??
      (await archiveLog(launch, logArchive, { ...this.#options, signal, startedAt }))
    if (signal.aborted) return
    if (logPath !== null) entry.outcome = { ...entry.outcome, logPath }
    this.#advance(entry)
  }

  #advance(entry: LaunchEntry): void {
    const { outcome } = entry
    if (!outcome) return
    this.#entries.set(outcome, entry)
    if (this.#options.store.isVolatile) this.#options.onFinished(entry, outcome, outcome.state)
    else this.#committer.push(outcome)
  }

  #committed(outcome: LaunchOutcome, committed: CommittedOutcome): void {
    const { accepted, state, takenOver } = committed
    const { store, onAnswered, onFinished, onRejected, onTakenOver } = this.#options
    const entry = this.#entries.get(outcome)
    if (!entry) return
    this.#entries.delete(outcome)
    onAnswered(outcome, committed)
    if (takenOver) {
      if (outcome.launch.uid) this.#uids.delete(outcome.launch.uid)
      onTakenOver(entry)
      return
    }
    if (accepted) {
      const tags = { state: outcome.state, class: outcome.failure?.class ?? 'none' }
      this.#options.metrics.increment('davit_executor.outcomes', tags)
    }
    this.#dispose(entry, outcome, accepted)
    if (store.isVolatile) return
    if (accepted) onFinished(entry, outcome, state)
    else onRejected(entry)
  }

  #dispose(entry: LaunchEntry, { launch, state }: LaunchOutcome, accepted: boolean): void {
    const { reaper, config } = this.#options
    if (!launch.uid) return
    this.#uids.delete(launch.uid)
    const action = accepted ? podDisposal(entry.record, state, config) : 'delete'
    const pod = { namespace: launch.namespace, name: launch.podName, uid: launch.uid, ...finalizerOf(entry.record) }
    reaper.enqueue({ ...pod, action })
  }
}
