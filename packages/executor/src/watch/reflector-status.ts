/**
 * - `listing`   a full list is being read: at the start, after a version expired, and every `resyncSeconds`
 * - `watching`  a watch is open, or being opened, at the last version
 * - `waiting`   something failed; the backoff runs
 * - `stopped`   before `start()` and after `stop()`
 */
export type ReflectorState = 'listing' | 'watching' | 'waiting' | 'stopped'

/** What interrupts the watch at present. */
export interface WatchTrouble {
  /** One word: {@link interruptionCause}. */
  readonly cause: string
  readonly error: unknown
  /** When the first failure of the present row was, in milliseconds since 1970. */
  readonly since: number
  /** When it is tried again. */
  readonly nextTryAt: number
}

/** How a reflector is doing; a snapshot. */
export interface ReflectorStatus {
  readonly state: ReflectorState
  /** When this state began, in milliseconds since 1970. */
  readonly since: number
  /** The last version whose notices were all given; empty before the first list. */
  readonly resourceVersion: string
  /** When the server last said anything, bookmarks and lists included, in milliseconds since 1970; null: never yet. */
  readonly lastActivityAt: number | null
  readonly lastListedAt: number | null
  /** The last trouble; kept when it is over. */
  readonly lastError: { readonly error: unknown; readonly at: number } | null
  /** Null while all is well. */
  readonly trouble: WatchTrouble | null
  /** Watches opened after the first. */
  readonly restarts: number
  /** Lists completed after the first. */
  readonly relists: number
  /** Events of the watch, bookmarks not counted. */
  readonly events: number
  /** Notices whose handler threw. */
  readonly handlerErrors: number
  /** Pods that could not be projected. */
  readonly projectionErrors: number
}

/** Told what a reflector goes through, for metrics and logs; must not throw. */
export interface ReflectorObserver {
  /** A full list is in the store. `cause`: `start`, `resync`, or what was wrong with the watch. */
  listed?(list: { readonly cause: string; readonly durationMs: number }): void
  /** A watch after the first is opened. `cause`: `ended`, `resync`, `clock-jump`, or what interrupted the last one. */
  restarted?(cause: string): void
  /** A list or watch failed; called for each failure of a row. A version that expired is none: it is listed again. */
  troubled?(trouble: WatchTrouble): void
  /** The server is heard again. */
  recovered?(): void
  handlerFailed?(): void
  unreadable?(): void
}
