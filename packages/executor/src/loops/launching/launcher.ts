import { type Clock, steadyClock, type Timer } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodVerbs, ResourceVerbs } from '../../kube/kube-client.ts'
import type { PodView } from '../../kube/pod-view.ts'
import type { Pod } from '../../kube/types.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import type { Failure } from '../../pods/failure.ts'
import { Deadlines } from '../deadlines.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import { orAborted } from '../or-aborted.ts'
import type { Troubles } from '../troubles.ts'
import { afterRefusal, ceilingFailure } from './after-refusal.ts'
import { type CreateResult, createPod } from './create-pod.ts'
import { CreateTroubles } from './create-troubles.ts'
import { CreationBatches } from './creation-batches.ts'
import { CreationBrake } from './creation-brake.ts'
import type { Verdict } from './creation-gate.ts'
import { CreationGates, EVERYWHERE } from './creation-gates.ts'
import { creationRoom, initialCreationLimit, nextCreationLimit, refusesMost } from './creation-limit.ts'
import type { Hold } from './held-launches.ts'
import { LaunchQueue } from './launch-queue.ts'
import { leavingRefusal, refusalText, storeRefusal } from './own-refusals.ts'
import { PreparationError } from './preparation-error.ts'
import { QuotaWatches } from './quota-watches.ts'
import { isOverload, type Refusal, TOO_MANY_REQUESTS } from './refusal.ts'

/** What the launcher needs of the rest. It changes an entry only while that is `waiting` or `creating`. */
export interface LauncherOptions {
  readonly pods: PodVerbs
  /** To watch quotas by, where they are used up. */
  readonly resources?: Pick<ResourceVerbs, 'watch'> | undefined
  readonly config: ExecutorConfig
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly troubles: Troubles
  /**
   * Builds the pod and records the launch, or asks the store once more before a create is repeated; null when the store does not want it any more. A {@link PreparationError} is
   * the task's own fault; after any other error it is tried again.
   */
  readonly prepare: (entry: LaunchEntry) => Promise<Pod | null>
  /** Throws when no create may be sent at present. It is asked before each, repetitions included. */
  readonly beforeCreate?: (() => void) | undefined
  /** Launches whose create is under way, or whose pod has not started. */
  readonly pendingCount: () => number
  readonly isAccounted: (uid: string) => boolean
  readonly onPod: (entry: LaunchEntry, pod: PodView) => void
  readonly onFailed: (entry: LaunchEntry, failure: Failure) => void
  /** The pod of the launch is there, ended and accounted for: another number is needed. */
  readonly onUsedUp: (entry: LaunchEntry) => void
}

const NONE: ReadonlySet<string> = new Set()
const IDLE_GATE_MS = 60_000
const LAST_TRIAL_MS = 1_000
/** A preparation that takes longer counts no more among the creates in flight; so many may do so. */
const SLOW_MS = 1_000
const SLOW_LIMIT = 500

/**
 * Turns waiting launches into pods: by priority, then age; a bounded and adaptive number at a time; each create repeated
 * until it is answered (I1), and put back when it is refused (I9).
 */
export class Launcher {
  readonly #options: LauncherOptions
  readonly #queue = new LaunchQueue<LaunchEntry>()
  readonly #gates: CreationGates
  readonly #quotas: QuotaWatches
  readonly #running = new Set<Promise<void>>()
  /** Those of them whose preparation takes its time (a hook, the store): they hold up nobody else (I8). */
  readonly #slow = new Set<LaunchEntry>()
  readonly #batches: CreationBatches
  readonly #troubles: CreateTroubles
  readonly #stopping = new AbortController()
  #limit
  /** How many launches may still begin before the next `sync`; null: no limit. */
  #batchLeft: number | null
  /** When what holds a launch up ends it; also for one that was never refused itself, as its namespace is closed. */
  readonly #ceilings: Deadlines<LaunchEntry>
  #timer: { readonly timer: Timer; readonly at: number } | null = null
  #waiters: (() => void)[] = []
  readonly #brake: CreationBrake
  #isStopped = false

  constructor(options: LauncherOptions) {
    const { config, random } = options
    const clock = steadyClock(options.clock)
    this.#options = { ...options, clock }
    this.#batches = new CreationBatches(options)
    this.#troubles = new CreateTroubles(options.troubles)
    this.#quotas = new QuotaWatches({
      ...this.#options,
      onQuotas: (namespace, quotas) => {
        this.#gates.told(namespace, quotas)
        this.#pump()
      },
    })
    this.#gates = new CreationGates(clock, random, (namespace) => this.#quotas.quotasOf(namespace))
    this.#brake = new CreationBrake({ config, clock, pendingCount: options.pendingCount })
    this.#limit = initialCreationLimit(config.podCreationMaxConcurrency)
    this.#batchLeft = config.workerPodsCreationBatchSize === null ? null : 0
    this.#ceilings = new Deadlines(clock, (entry) => this.#atCeiling(entry))
  }

  /** Creates under way. */
  get inFlight(): number {
    return this.#running.size
  }

  /** Launches that wait, refused ones included. */
  get waiting(): number {
    return this.#queue.size
  }

  /** How many creates may be in flight at present. */
  get concurrency(): number {
    return this.#limit.limit
  }

  enqueue(entry: LaunchEntry, delayMs = 0): void {
    entry.phase = 'waiting'
    entry.timeline?.look(entry)
    this.#limitWait(entry, delayMs)
    if (delayMs > 0) this.#queue.pushDelayed(entry, this.#options.clock.now() + delayMs)
    else this.#queue.push(entry)
    this.#pump()
  }

  /** The launch is not wanted any more, or its pod was seen before the create was answered. */
  remove(entry: LaunchEntry): void {
    this.#ceilings.clear(entry)
    this.#queue.remove(entry)
    this.#troubles.remaining(this.#queue.size + this.#running.size)
  }

  /** A new loop of the scheduler: `workerPodsCreationBatchSize` more creates may begin. */
  allowBatch(): void {
    this.#batches.next()
    this.#batchLeft = this.#options.config.workerPodsCreationBatchSize
    this.#pump()
  }

  /** A pod has started: another one may be pending. */
  started(): void {
    if (this.#options.config.maxPendingPods > 0) this.#pump()
  }

  /** A pod of the namespace ended, or goes: room there may be. To be called once for each. */
  freed(namespace: string): void {
    this.#gates.freed(namespace)
    this.#pump()
  }

  /** Why the launch waits, for people; null when it only waits for its turn. */
  waitingReason(entry: LaunchEntry): string | null {
    const hold = this.holdOf(entry)
    if (hold) return refusalText(hold.refusal, hold.nextTryAt - this.#options.clock.now())
    return entry.phase === 'waiting' ? this.#brake.reason : null
  }

  /** What the launch waits for beside its turn; null: nothing. */
  holdOf(entry: LaunchEntry): Hold | null {
    const gate = this.#closedGate(entry.namespace)
    if (!entry.refusal) return gate && { refusal: gate.refusal, since: gate.since, nextTryAt: gate.opensAt }
    const { refusal, nextAt, since } = entry.refusal
    return { refusal, since, nextTryAt: Math.max(nextAt, refusal.scope === 'launch' ? 0 : (gate?.opensAt ?? 0)) }
  }

  /** Resolves when no create is under way and none could begin now. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  /** Begins nothing more. Creates under way may end within `graceMs`; then they are aborted, which loses nothing (I1). */
  async stop(graceMs = 0): Promise<void> {
    this.#timer?.timer.cancel()
    this.#timer = null
    this.#batchLeft = 0
    this.#isStopped = true
    this.#ceilings.stop()
    const quotasAreLeft = this.#quotas.stop()
    if (graceMs <= 0) this.#stopping.abort()
    const timer = this.#options.clock.setTimeout(() => this.#stopping.abort(), graceMs)
    await Promise.all([...this.#running, quotasAreLeft])
    timer.cancel()
    this.#stopping.abort()
  }

  #pump(): void {
    if (this.#isStopped) return
    const now = this.#options.clock.now()
    let room = this.#queue.size > 0 ? this.#brake.room : 0
    const mayBegin = () =>
      this.#running.size - this.#slow.size < creationRoom(this.#limit) &&
      this.#batchLeft !== 0 &&
      room > 0 &&
      this.#brake.nextAt <= now
    while (mayBegin() && this.#gates.isOpen(EVERYWHERE)) {
      const entry = this.#queue.take(now, (namespace) => this.#gates.isOpen(namespace))
      if (!entry) break
      if (this.#batchLeft !== null) this.#batchLeft -= 1
      room -= 1
      this.#brake.began()
      this.#begin(entry)
    }
    this.#troubles.remaining(this.#queue.size + this.#running.size)
    this.#quotas.want(this.#queue.size > 0 ? this.#gates.outOfQuota() : NONE)
    this.#arm(now)
  }

  #begin(entry: LaunchEntry): void {
    entry.phase = 'creating'
    entry.timeline?.look(entry)
    this.#ceilings.clear(entry)
    const answered = this.#batches.begin()
    const wasFull = this.#running.size - this.#slow.size + 1 >= this.#limit.limit
    const run = this.#launch(entry, wasFull).finally(() => {
      this.#running.delete(run)
      answered()
      this.#pump()
      const waiters = this.#waiters
      this.#waiters = []
      for (const wake of waiters) wake()
    })
    this.#running.add(run)
  }

  async #launch(entry: LaunchEntry, wasFull: boolean): Promise<void> {
    const { prepare, onFailed, logger } = this.#options
    const guess = entry.namespace
    const leaveAll = this.#gates.enter(EVERYWHERE)
    let leaveNamespace = this.#gates.enter(guess)
    let verdicts: Verdicts = NOTHING_LEARNT
    const slow = this.#options.clock.setTimeout(() => {
      if (this.#slow.size >= SLOW_LIMIT) return
      this.#slow.add(entry)
      leaveAll('unclear')
      leaveNamespace('unclear')
      this.#pump()
    }, SLOW_MS)
    try {
      entry.sentPod = await orAborted(prepare(entry), this.#stopping.signal)
      slow.cancel()
      if (this.#slow.delete(entry)) {
        // It has lost its turn, and waits for the next one with its pod at hand.
        if (entry.sentPod && entry.phase === 'creating') this.enqueue(entry)
        return
      }
      this.#options.beforeCreate?.()
      if (entry.namespace !== guess) {
        leaveNamespace('unclear')
        leaveNamespace = this.#gates.enter(entry.namespace)
      }
      if (entry.sentPod && entry.phase === 'creating') verdicts = await this.#create(entry, entry.sentPod, wasFull)
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      if (error instanceof PreparationError) onFailed(entry, error.failure)
      else {
        logger.warn('launch cannot be recorded yet', { ...taskFields(entry), error })
        this.#putBack(entry, storeRefusal(error))
      }
    } finally {
      slow.cancel()
      this.#slow.delete(entry)
      leaveAll(verdicts.everywhere)
      leaveNamespace(verdicts.namespace)
    }
  }

  /** Sends the create; returns what the gates are to learn. */
  async #create(entry: LaunchEntry, pod: Pod, wasFull: boolean): Promise<Verdicts> {
    const { pods, clock, metrics, isAccounted, config } = this.#options
    entry.timeline?.look(entry)
    const startedAt = clock.now()
    const launchId = entry.launch?.id
    const sentAtChanges = this.#limit.changes
    const inFlight = this.#running.size - this.#slow.size
    const result = await createPod(pods, pod, {
      signal: this.#stopping.signal,
      timeoutMs: config.requestTimeoutSeconds * 1000,
      isAccounted,
      mayExist: entry.mayExist,
      claimsPods: config.adoption === 'label',
    })
    const latencyMs = clock.now() - startedAt
    metrics.timing('kubernetes_executor.pod_creation', latencyMs)
    metrics.increment('kubernetes_executor.pod_creation_status', { status: statusTag(result) })
    // Only pods that were made tell how fast the server makes them.
    if (result.kind === 'ours' && !result.found) {
      this.#limit = nextCreationLimit(this.#limit, { kind: 'answered', latencyMs, wasFull, sentAtChanges })
    } else if (result.kind === 'refused' && result.refusal.cause === TOO_MANY_REQUESTS) {
      this.#limit = nextCreationLimit(this.#limit, { kind: 'refused', inFlight, sentAtChanges })
    } else if (result.kind === 'refused' && isOverload(result.error)) {
      this.#limit = nextCreationLimit(this.#limit, { kind: 'overload', sentAtChanges })
    }
    if (entry.launch?.id === launchId && result.kind === 'refused') {
      entry.mayExist = result.refusal.action === 'repeat' || (entry.mayExist && !result.isAbsent)
    }
    // Ended, and on its way to its next launch, before this create was answered: the answer says nothing any more.
    if (entry.launch?.id === launchId) this.#settle(entry, result)
    if (result.kind !== 'refused') return PASSED
    // One too many, while most are taken: the limit sees to it, and nobody else has to wait.
    const isAlone = result.refusal.cause === TOO_MANY_REQUESTS && !refusesMost(this.#limit)
    return isAlone ? NOTHING_LEARNT : verdictsOf(result.refusal)
  }

  #settle(entry: LaunchEntry, result: CreateResult): void {
    const { onPod, onFailed, onUsedUp, logger } = this.#options
    if (result.kind === 'ours') {
      entry.sentPod = null
      entry.refusal = null
      this.#troubles.passed(entry.namespace)
      const annotations = this.#options.config.logsTaskMetadata && { annotations: result.pod.metadata?.annotations }
      logger.info(result.found ? 'pod found' : 'pod created', { ...taskFields(entry), ...annotations })
      onPod(entry, result.pod)
      return
    }
    // Seen by the watch, revoked or failed meanwhile: the answer does not matter any more.
    if (entry.phase !== 'creating') return
    if (result.kind === 'foreign') onFailed(entry, result.failure)
    else if (result.kind === 'done') onUsedUp(entry)
    else if (result.kind === 'leaving') this.#putBack(entry, leavingRefusal(result.pod))
    else this.#putBack(entry, result.refusal)
  }

  #putBack(entry: LaunchEntry, refusal: Refusal): void {
    const { clock, random, config, onFailed, logger, metrics } = this.#options
    if (entry.phase !== 'creating' || this.#stopping.signal.aborted) return
    metrics.increment('davit_executor.refusals', { cause: refusal.cause })
    const next = afterRefusal(entry.refusal, refusal, { now: clock.now(), random, config })
    if (next.kind === 'fail') {
      onFailed(entry, next.failure)
      return
    }
    entry.refusal = next.refusal
    entry.phase = 'waiting'
    entry.timeline?.look(entry)
    const delayMs = next.refusal.nextAt - clock.now()
    // Of a trouble that concerns all, one line is enough.
    const isKnown = this.#troubles.refused(entry.namespace, refusal, next.refusal.nextAt)
    logger[isKnown ? 'debug' : 'warn']('launch put back', { ...taskFields(entry), delayMs, error: refusal.message })
    this.#queue.pushDelayed(entry, next.refusal.nextAt)
    // The last trial, at the ceiling itself, is to have its answer; unless the namespace is closed to it.
    this.#ceilings.set(entry, next.refusal.endsAt + LAST_TRIAL_MS)
  }

  #limitWait(entry: LaunchEntry, delayMs: number): void {
    const { clock, config } = this.#options
    if (config.maxRefusalSeconds > 0) this.#ceilings.set(entry, clock.now() + delayMs + config.maxRefusalSeconds * 1000)
  }

  /** A launch that only waits for its turn may wait on; one that is held up by a refusal, its own or its namespace's, fails. */
  #atCeiling(entry: LaunchEntry): void {
    if (entry.phase !== 'waiting') return
    const refusal = entry.refusal?.refusal ?? this.#closedGate(entry.namespace)?.refusal
    if (!refusal) {
      this.#limitWait(entry, 0)
      return
    }
    this.#queue.remove(entry)
    this.#options.onFailed(entry, ceilingFailure(refusal, this.#options.config))
  }

  #closedGate(namespace: string) {
    return this.#gates.reason(EVERYWHERE) ?? this.#gates.reason(namespace)
  }

  /**
   * Wakes when a refused launch may go again, or a closed gate lets one through.
   *
   * @param now when the queue was looked at: what falls due while we are here has not been seen
   */
  #arm(now: number): void {
    this.#timer?.timer.cancel()
    this.#timer = null
    const { clock } = this.#options
    if (this.#queue.size === 0) return
    const times = [
      this.#queue.nextReleaseAt,
      this.#brake.nextAt,
      this.#gates.nextOpensAt([EVERYWHERE, ...this.#queue.readyNamespaces()], now),
    ].filter((at) => at !== null && at > now) as number[]
    if (times.length === 0) return
    const at = Math.min(...times, now + IDLE_GATE_MS)
    this.#timer = { at, timer: clock.setTimeout(() => this.#pump(), Math.max(0, at - clock.now())) }
  }
}

/** Who a log line is about. */
export function taskFields({ key, launch, namespace }: LaunchEntry) {
  return { ...key, launch: launch?.id, pod: launch?.podName, namespace }
}

interface Verdicts {
  readonly everywhere: Verdict
  readonly namespace: Verdict
}

const NOTHING_LEARNT: Verdicts = { everywhere: 'unclear', namespace: 'unclear' }
const PASSED: Verdicts = { everywhere: 'passed', namespace: 'passed' }

/** A refusal for this launch alone, or for its namespace, is still an answer of a server that works. */
function verdictsOf(refusal: Refusal): Verdicts {
  if (refusal.scope === 'all') return { everywhere: refusal, namespace: 'unclear' }
  return { everywhere: 'passed', namespace: refusal.scope === 'namespace' ? refusal : 'unclear' }
}

function statusTag(result: CreateResult): string {
  if (result.kind !== 'refused') return result.kind === 'ours' && !result.found ? '200' : '409'
  const { error } = result
  return error instanceof Object && 'httpStatus' in error ? String(error.httpStatus) : 'error'
}
