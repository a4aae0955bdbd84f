import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Notice } from './notice.ts'
import type { Unprojected } from './project-safely.ts'
import type { WatchRecord } from './record-store.ts'
import type { ReflectorObserver, ReflectorState, ReflectorStatus } from './reflector-status.ts'
import { TroubleRow } from './trouble-row.ts'

interface ReflectorSignalsOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly observer?: ReflectorObserver
}

/** What a reflector says of itself: its status, and words for its observer and the log. Decides nothing. */
export class ReflectorSignals {
  readonly trouble: TroubleRow
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #observer: ReflectorObserver
  #state: ReflectorState = 'stopped'
  #since: number
  #watches = 0
  #lists = 0
  #events = 0
  #handlerErrors = 0
  #projectionErrors = 0
  #lastActivityAt: number | null = null
  #lastListedAt: number | null = null
  #lastError: ReflectorStatus['lastError'] = null

  constructor({ clock, logger, observer = {} }: ReflectorSignalsOptions) {
    this.#clock = clock
    this.#logger = logger
    this.#observer = observer
    this.#since = clock.now()
    this.trouble = new TroubleRow({ clock, observer })
  }

  get state(): ReflectorState {
    return this.#state
  }

  /** Events of watches, bookmarks not counted. */
  get events(): number {
    return this.#events
  }

  status(resourceVersion: string): ReflectorStatus {
    return {
      state: this.#state,
      since: this.#since,
      resourceVersion,
      lastActivityAt: this.#lastActivityAt,
      lastListedAt: this.#lastListedAt,
      lastError: this.#lastError,
      trouble: this.trouble.current,
      restarts: Math.max(0, this.#watches - 1),
      relists: Math.max(0, this.#lists - 1),
      events: this.#events,
      handlerErrors: this.#handlerErrors,
      projectionErrors: this.#projectionErrors,
    }
  }

  enter(state: ReflectorState): void {
    if (this.#state === state) return
    this.#state = state
    this.#since = this.#clock.now()
  }

  /** A watch is opened, or goes on after the list that it began with. */
  watching(lastEnd: string): void {
    this.enter('watching')
    this.#watches += 1
    if (this.#watches > 1) this.#observer.restarted?.(lastEnd)
  }

  /** The server said something. */
  heard(what: 'list' | 'event' | 'bookmark'): void {
    this.#lastActivityAt = this.#clock.now()
    if (what === 'list') this.#lastListedAt = this.#lastActivityAt
    this.trouble.heard()
    if (what === 'event') this.#events += 1
  }

  /** The list's notices were given. True: it is the first. */
  listApplied(): boolean {
    this.#lists += 1
    return this.#lists === 1
  }

  listed(list: { readonly cause: string; readonly startedAt: number }): void {
    this.#observer.listed?.({ cause: list.cause, durationMs: this.#clock.now() - list.startedAt })
  }

  unreadable({ namespace, name, error }: Unprojected): void {
    this.#projectionErrors += 1
    this.#observer.unreadable?.()
    this.#logger.error('pod cannot be read', { namespace, pod: name, error })
  }

  handlerFailed(notice: Notice<WatchRecord>, error: unknown): void {
    this.#handlerErrors += 1
    this.#observer.handlerFailed?.()
    const object = notice.type === 'LISTED' ? {} : { namespace: notice.record.namespace, pod: notice.record.name }
    this.#logger.error('handler of a watch notice threw', { ...object, error })
  }

  /** A list or watch failed. */
  failed(error: unknown): void {
    this.#lastError = { error, at: this.#clock.now() }
  }

  /** The clock was put back: nothing may lie in the future. */
  clockPutBack(): void {
    const now = this.#clock.now()
    const notAfterNow = (at: number | null) => at && Math.min(at, now)
    this.#lastActivityAt = notAfterNow(this.#lastActivityAt)
    this.#lastListedAt = notAfterNow(this.#lastListedAt)
  }
}
