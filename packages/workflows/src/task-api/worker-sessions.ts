import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '@davit/executor'
import type { WorkerIdentity } from '../store/workflow-store.ts'

/** A worker that exchanged its launch token, and the answers that it gets again when it repeats a request. */
export interface WorkerSession {
  readonly identity: WorkerIdentity
  lastSeenAt: number
  /** By route: the request that was answered, and its answer. */
  readonly answers: Map<string, { readonly requestId: string; readonly answer: Promise<unknown> }>
}

/** A worker says something every few seconds; one that was silent for so long is gone. */
const EXPIRES_AFTER_MS = 3_600_000

/**
 * The worker tokens of this process, random and only as hashes. A token ends when its worker has been silent for an hour;
 * what it may still do is asked of the store each time.
 */
export class WorkerSessions {
  readonly #clock: Clock
  readonly #byHash = new Map<string, WorkerSession>()
  readonly #exchanges = new Map<string, { readonly at: number; readonly token: Promise<unknown> }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Does an exchange once: the very request that was answered gets its answer again, so that a lost one does no harm.
   * @param request everything that makes it this request, the launch token included
   */
  exchangeOnce<T>(request: readonly string[], exchange: () => Promise<T>): Promise<T> {
    this.#dropExpired()
    const id = hashOf(JSON.stringify(request))
    const before = this.#exchanges.get(id)
    // Of the same request: the same kind of answer.
    if (before) return before.token as Promise<T>
    const token = exchange()
    this.#exchanges.set(id, { at: this.#clock.now(), token })
    token.catch(() => this.#exchanges.delete(id))
    return token
  }

  issue(identity: WorkerIdentity): string {
    const token = randomBytes(32).toString('base64url')
    this.#byHash.set(hashOf(token), { identity, lastSeenAt: this.#clock.now(), answers: new Map() })
    return token
  }

  /** Undefined: unknown or expired. */
  find(token: string): WorkerSession | undefined {
    const session = this.#byHash.get(hashOf(token))
    const now = this.#clock.now()
    if (!session || now - session.lastSeenAt > EXPIRES_AFTER_MS) return undefined
    session.lastSeenAt = now
    return session
  }

  #dropExpired(): void {
    const oldest = this.#clock.now() - EXPIRES_AFTER_MS
    for (const [hash, { lastSeenAt }] of this.#byHash) if (lastSeenAt < oldest) this.#byHash.delete(hash)
    for (const [id, { at }] of this.#exchanges) if (at < oldest) this.#exchanges.delete(id)
  }
}

/** Tokens are looked up by hash, so that how long a look-up takes tells nothing about them. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
