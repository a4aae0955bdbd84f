import type { Clock } from '../clock.ts'
import { sleep } from '../clock.ts'
import { inBatches } from '../in-batches.ts'
import type { PodVerbs } from '../kube/kube-client.ts'
import { KubeApiError } from '../kube/kube-errors.ts'
import { podsPath } from '../kube/pod-paths.ts'
import type { PodView } from '../kube/pod-view.ts'
import { isConnectionError, isExpired, isForbidden, retryAfterMs } from '../kube/status-predicates.ts'
import type { Status, WatchEvent } from '../kube/types.ts'
import type { Logger } from '../logger.ts'
import { applyAbsences, applyDelete, applyListed, applyPut } from './apply-changes.ts'
import { Backoff } from './backoff.ts'
import { ClockJumps } from './clock-jumps.ts'
import { InitialEvents, isWithoutInitialEvents } from './initial-events.ts'
import { interruptionCause } from './interruption-cause.ts'
import { type FullList, listAll } from './list-all.ts'
import type { ListedNotice, Notice } from './notice.ts'
import { type Projected, projectSafely, Unprojected } from './project-safely.ts'
import type { ReadonlyRecordStore, WatchRecord } from './record-store.ts'
import { RecordStore } from './record-store.ts'
import { ReflectorSignals } from './reflector-signals.ts'
import type { ReflectorObserver, ReflectorState, ReflectorStatus } from './reflector-status.ts'
import { ResumePoint } from './resume-point.ts'

export interface ReflectorOptions<T extends WatchRecord> {
  readonly pods: Pick<PodVerbs, 'list' | 'watch'>
  /** Null: all namespaces. */
  readonly namespace: string | null
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** What is kept of each pod. One that makes it throw is logged, counted and left out. */
  readonly project: (pod: PodView) => T
  readonly clock: Clock
  /** At least 0 and below 1. */
  readonly random: () => number
  readonly logger: Logger
  /** How often everything is listed again, in case an event was lost; 0: never. @default 1800 */
  readonly resyncSeconds?: number
  /**
   * The version that an earlier process had reached. After the first list its watch begins there, so that deletions
   * of the time between are told with the last state of their pods; too old a version is no error.
   */
  readonly startResourceVersion?: string
  /**
   * Lists by a watch that begins with what is there (`sendInitialEvents`), and goes on with the same stream; by pages
   * where the server does not know that. @default false
   */
  readonly listByWatch?: boolean
  /** Called for one notice after the other, never after `stop()` was called. What it throws is logged and counted. */
  readonly onNotice: (notice: Notice<T>) => void
  /** Told what the reflector goes through. */
  readonly observer?: ReflectorObserver
}

// The server ends each watch after a random time, so that a thousand clients that came together do not return together.
const WATCH_SECONDS_MIN = 300
const WATCH_SECONDS_MAX = 600
// Kubernetes sends a bookmark about every minute: two are missing when this is over.
const SILENCE_MS = 150_000
/** A watch that lasted so long has shown that the server is well. */
const STABLE_MS = 60_000
/** A connection that held so long was cut by what lies between: the server answers, and need not be spared. */
const HELD_MS = 3_000
/** What Node's timers can hold; the watch is opened anew then, and no list is due. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
const DEFAULT_RESYNC_SECONDS = 1_800
/** A server that knows no initial events may ignore that they were asked for, and be waited for in vain. */
const INITIAL_EVENTS_MS = 120_000

/**
 * Keeps a {@link RecordStore} equal to the pods of one scope: lists, then watches from the list's version, and lists
 * again when that version is gone and every `resyncSeconds`. Kubernetes: client-go's Reflector.
 *
 * Promises: one list or watch at a time; no watch is blind for longer than its silence limit; a pod that went while
 * the watch was down is told as deleted; per uid no notice goes back in time. Does not promise one notice per change:
 * changes during an outage arrive merged.
 */
export class Reflector<T extends WatchRecord> {
  /** Resolves to true when the first list is in the store, to false when `stop()` came before. */
  readonly synced: Promise<boolean>
  /** Resolves with the first list, or with the first trouble, or when `stop()` came before. */
  readonly tried: Promise<void>
  readonly #options: ReflectorOptions<T>
  readonly #store = new RecordStore<T>()
  readonly #backoff: Backoff
  readonly #resyncBackoff: Backoff
  readonly #stopping = new AbortController()
  readonly #resolveSynced: (synced: boolean) => void
  readonly #resolveTried: () => void
  readonly #project: (pod: PodView) => Projected<T>
  readonly #signals: ReflectorSignals
  readonly #point: ResumePoint
  #running: Promise<void> | undefined
  #listDueAt = 0
  #listsByWatch: boolean
  /** The watch that listed failed for a reason that pages may not have. */
  #pagesNext = false
  /** How the present list is read. */
  #listing: 'pages' | 'watch' = 'pages'
  /** Ends the present watch. */
  #cut: ((cause: string) => void) | null = null
  /** Why the last watch ended. */
  #endCause = 'ended'
  /** When the server answered the present watch, or the last one. */
  #answeredAt: number | null = null

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
    const { random, listByWatch = false, startResourceVersion } = options
    this.#listsByWatch = listByWatch
    this.#signals = new ReflectorSignals(options)
    this.#point = new ResumePoint(startResourceVersion)
    this.#backoff = new Backoff({ initialMs: 250, maxMs: 15_000, random })
    this.#resyncBackoff = new Backoff({ initialMs: 10_000, maxMs: 300_000, random })
    this.#project = (pod) => projectSafely(options.project, pod)
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.synced = promise
    this.#resolveSynced = resolve
    const tried = Promise.withResolvers<void>()
    this.tried = tried.promise
    this.#resolveTried = tried.resolve
    void promise.then(tried.resolve as () => void)
  }

  /** The pods of the scope as last seen. */
  get store(): ReadonlyRecordStore<T> {
    return this.#store
  }

  get state(): ReflectorState {
    return this.#signals.state
  }

  /** The last version whose notices were all given: what to persist. Empty before the first list. */
  get resourceVersion(): string {
    return this.#point.version
  }

  get status(): ReflectorStatus {
    return this.#signals.status(this.#point.version)
  }

  /** Begins to list and watch; returns at once. A reflector is started once: after `stop()` make a new one. */
  start(): void {
    if (this.#running || this.#stopping.signal.aborted) return
    this.#running = this.#run(this.#stopping.signal)
  }

  /** Ends the list, watch or wait under way; resolves when nothing of it is left. May be called again. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#resolveSynced(false)
    await this.#running
    this.#signals.trouble.closed()
    this.#signals.enter('stopped')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    const jumps = new ClockJumps({ clock, onJump: (byMs) => this.#clockJumped(byMs) })
    jumps.start()
    while (!signal.aborted) {
      const startedAt = clock.now()
      const isListDue = this.#point.mustList || startedAt >= this.#listDueAt
      this.#listing = this.#listsByWatch && !this.#pagesNext && !this.#point.isEarlierThanList ? 'watch' : 'pages'
      try {
        if (isListDue && this.#listing === 'pages') await this.#list(signal)
        else await this.#watch(signal, { isList: isListDue })
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, startedAt, signal)
      }
    }
    jumps.stop()
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { pods, namespace, clock } = this.#options
    this.#signals.enter('listing')
    const startedAt = clock.now()
    const list = await listAll(pods, namespace, { ...this.#selectors(), signal, project: this.#project })
    await this.#apply(list, startedAt, signal)
  }

  /** Makes the store equal to the list, and says what that changed; of a long one, a part at a time. */
  async #apply(list: FullList<Projected<T>>, startedAt: number, signal: AbortSignal): Promise<void> {
    const { clock, namespace, resyncSeconds = DEFAULT_RESYNC_SECONDS } = this.#options
    if (signal.aborted) return
    this.#signals.heard('list')
    for (const notice of applyAbsences(this.#store, list.items)) this.#notify(notice, signal)
    for await (const batch of inBatches(list.items)) {
      for (const item of batch) {
        if (signal.aborted) return
        this.#countUnprojected(item)
        for (const notice of applyListed(this.#store, item)) this.#notify(notice, signal)
      }
    }
    // A handler may have stopped us: the version must not pass notices that were never given.
    if (signal.aborted) return
    const first = this.#signals.listApplied()
    const cause = this.#point.listCause
    const { resourceVersion } = list
    this.#point.listed(resourceVersion)
    this.#pagesNext = false
    this.#resyncBackoff.reset()
    this.#listDueAt = resyncSeconds > 0 ? clock.now() + resyncSeconds * 1000 : Number.POSITIVE_INFINITY
    this.#signals.listed({ cause, startedAt })
    const { size } = this.#store
    const holds: ListedNotice['holds'] = (object) => this.#store.get(object.namespace, object.name)?.uid === object.uid
    this.#notify({ type: 'LISTED', namespace, resourceVersion, size, first, holds }, signal)
    this.#resolveSynced(true)
  }

  /** With `isList` the stream begins with the list. Ends in peace when the server closes it or the next list is due. */
  async #watch(signal: AbortSignal, { isList }: { readonly isList: boolean }): Promise<void> {
    const { pods, namespace, clock, random } = this.#options
    const openedAt = clock.now()
    this.#answeredAt = null
    const eventsBefore = this.#signals.events
    let versionBefore = this.#point.version
    let initial = isList ? new InitialEvents<Projected<T>>() : null
    const ending = new AbortController()
    const stop = () => ending.abort()
    const lastEnd = this.#endCause
    this.#endCause = 'ended'
    this.#cut = (cause) => {
      this.#endCause = cause
      ending.abort()
    }
    const untilResync = () =>
      clock.setTimeout(() => this.#cut?.('resync'), Math.min(this.#listDueAt - clock.now(), LONGEST_TIMER_MS))
    let timer = isList ? clock.setTimeout(() => this.#cut?.('no-initial-events'), INITIAL_EVENTS_MS) : untilResync()
    signal.addEventListener('abort', stop, { once: true })
    if (isList) this.#signals.enter('listing')
    else this.#signals.watching(lastEnd)
    try {
      const events = pods.watch(namespace, {
        ...this.#selectors(),
        signal: ending.signal,
        ...(isList ? { sendInitialEvents: true } : { resourceVersion: versionBefore }),
        timeoutSeconds: Math.round(WATCH_SECONDS_MIN + random() * (WATCH_SECONDS_MAX - WATCH_SECONDS_MIN)),
        silenceMs: SILENCE_MS,
        project: this.#project,
        onOpen: () => {
          this.#answeredAt = clock.now()
          this.#signals.trouble.opened()
        },
      })
      for await (const event of events) {
        if (signal.aborted) return
        if (event.type === 'ERROR') throw this.#refusal(event.status)
        if (!initial) {
          this.#take(event, signal)
          continue
        }
        const list = initial.take(event)
        if (!list) continue
        initial = null
        timer.cancel()
        await this.#apply(list, openedAt, signal)
        if (signal.aborted) return
        versionBefore = this.#point.version
        this.#signals.watching(lastEnd)
        timer = untilResync()
      }
    } finally {
      this.#cut = null
      this.#signals.trouble.closed()
      timer.cancel()
      signal.removeEventListener('abort', stop)
      this.#point.watched(versionBefore)
      if (this.#signals.events > eventsBefore || clock.now() - openedAt >= STABLE_MS) this.#backoff.reset()
    }
    if (signal.aborted) return
    if (initial) {
      if (this.#endCause === 'no-initial-events') this.#listsByWatch = false
      this.#pagesNext = true
    }
    this.#options.logger.debug('watch ended', { namespace, resourceVersion: this.#point.version })
    const wellUsed = this.#signals.events > eventsBefore || clock.now() - openedAt >= STABLE_MS
    if (wellUsed || ending.signal.aborted) return
    // A server or proxy that closes watches as soon as they open must not be asked in a loop without a pause.
    await this.#wait(this.#backoff.next() - elapsed(openedAt, clock), signal)
  }

  #refusal(status: Status): KubeApiError {
    const path = podsPath(this.#options.namespace)
    return new KubeApiError({ status, httpStatus: status.code ?? 500, method: 'WATCH', path })
  }

  #take(event: Exclude<WatchEvent<Projected<T>>, { type: 'ERROR' }>, signal: AbortSignal): void {
    this.#signals.heard(event.type === 'BOOKMARK' ? 'bookmark' : 'event')
    if (event.type !== 'BOOKMARK') {
      this.#countUnprojected(event.object)
      const apply = event.type === 'DELETED' ? applyDelete : applyPut
      for (const notice of apply(this.#store, event.object)) this.#notify(notice, signal)
      if (signal.aborted) return
    }
    this.#point.reached(event.resourceVersion)
  }

  #countUnprojected(object: Projected<T>): void {
    if (object instanceof Unprojected) this.#signals.unreadable(object)
  }

  #notify(notice: Notice<T>, signal: AbortSignal): void {
    if (signal.aborted) return
    try {
      this.#options.onNotice(notice)
    } catch (error) {
      this.#signals.handlerFailed(notice, error)
    }
  }

  async #recover(error: unknown, startedAt: number, signal: AbortSignal): Promise<void> {
    const { clock, logger, namespace, observer } = this.#options
    const now = clock.now()
    const cause = interruptionCause(error)
    this.#endCause = cause
    if (this.state === 'listing' && this.#listing === 'watch') {
      if (isWithoutInitialEvents(error)) {
        this.#listsByWatch = false
        logger.debug('the server sends no initial events: lists are read by pages', { namespace, error })
        return
      }
      this.#pagesNext = !isConnectionError(error)
      // Lists are another permission.
      if (isForbidden(error)) return
    }
    this.#signals.failed(error)
    const fields = { namespace, resourceVersion: this.#point.version, cause, error }
    if (this.state === 'listing' && !this.#point.mustList) {
      // Only the safety list failed: what we have is still good, so the watch goes on meanwhile.
      const delayMs = this.#resyncBackoff.next(retryAfterMs(error))
      this.#listDueAt = now + delayMs
      logger.warn('safety list failed', { ...fields, delayMs })
      return
    }
    const isWatch = this.state === 'watching'
    this.#point.failed(error, { cause, isWatch })
    if (isWatch && cause === 'reset' && elapsed(this.#answeredAt ?? now, clock) >= HELD_MS) this.#backoff.reset()
    const asked = retryAfterMs(error)
    // Counted from when the watch was opened: one that was cut after a while need not wait blindly.
    const delayMs = Math.max(0, this.#backoff.next(asked) - (asked === undefined ? elapsed(startedAt, clock) : 0))
    // A version that expires is the way of the world: it is listed again, and nobody need know.
    const isNews = !isExpired(error) && this.#signals.trouble.failed({ cause, error, nextTryAt: now + delayMs })
    const isToldElsewhere = observer?.troubled !== undefined
    logger[isNews && !isToldElsewhere ? 'warn' : 'debug']('watch interrupted', { ...fields, delayMs })
    await this.#wait(delayMs, signal)
  }

  async #wait(delayMs: number, signal: AbortSignal): Promise<void> {
    if (delayMs <= 0) return
    this.#signals.enter('waiting')
    this.#resolveTried()
    await sleep(this.#options.clock, delayMs, signal)
  }

  #clockJumped(byMs: number): void {
    const { logger, namespace } = this.#options
    logger.warn('the clock jumped, or the machine slept', { namespace, delayMs: byMs })
    if (byMs > 0) {
      // Whatever was open when the machine fell asleep may be half dead, and would be silent for its whole limit.
      this.#cut?.('clock-jump')
      return
    }
    this.#listDueAt += byMs
    this.#signals.clockPutBack()
  }

  #selectors() {
    const { labelSelector, fieldSelector } = this.#options
    return {
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    }
  }
}

/** A clock that was put back must not make a pause of a second one of a day. */
function elapsed(since: number, clock: Clock): number {
  return Math.max(0, clock.now() - since)
}
