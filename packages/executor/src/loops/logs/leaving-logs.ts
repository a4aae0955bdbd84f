import type { Clock } from '../../clock.ts'
import { sleep } from '../../clock.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { Logger } from '../../logger.ts'
import { mainContainer } from '../../pods/main-container-end.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { PodRecord } from '../tracking/pod-record.ts'
import { archiveLog, type LogArchive } from './log-archive.ts'

interface LeavingLogsOptions {
  readonly pods: PodVerbs
  readonly clock: Clock
  readonly logger: Logger
  readonly logArchive: LogArchive | undefined
}

interface FollowedLog {
  readonly archived: Promise<string | null>
  readonly cut: AbortController
}

/** A drain takes many pods at a time; the logs of those beyond are read when they have ended, if they are still there. */
const MOST = 64
/** A stream ends with its container; one that does not is of a node that is gone. */
const PATIENCE_MS = 5_000

/**
 * The logs of running pods that somebody deletes (a drain, a preemption, a person): followed while they end, since such a
 * pod may be gone the moment it has.
 */
export class LeavingLogs {
  readonly #options: LeavingLogsOptions
  readonly #followed = new Map<string, FollowedLog>()
  readonly #stopping = new AbortController()

  constructor(options: LeavingLogsOptions) {
    this.#options = options
  }

  /** Begins to follow, once, if the pod runs and is being deleted. */
  see({ launch, wasRunning }: LaunchEntry, record: PodRecord): void {
    const { logArchive, clock } = this.#options
    const { uid, metadata } = record
    const { deletionTimestamp } = metadata
    const { running } = mainContainer(record)?.container.state ?? {}
    const isOurs = launch?.uid === uid && wasRunning
    if (!logArchive || !launch || !isOurs || !running || !deletionTimestamp) return
    if (this.#followed.has(uid) || this.#followed.size >= MOST || this.#stopping.signal.aborted) return
    const cut = new AbortController()
    const archived = archiveLog(launch, logArchive, {
      ...this.#options,
      signal: this.#stopping.signal,
      cut: cut.signal,
      follow: true,
      // The timestamp is when the grace period ends.
      deadlineMs: Math.max(0, Date.parse(deletionTimestamp) - clock.now()) + 30_000,
      startedAt: running.startedAt,
    })
    this.#followed.set(uid, { archived, cut })
  }

  /** Whether the log of this pod is followed. */
  has(uid: string | undefined): boolean {
    return uid !== undefined && this.#followed.has(uid)
  }

  /** The pod has ended: where its log is, as far as it came; null when it was not followed, or is not had. */
  async take(uid: string | undefined): Promise<string | null> {
    const followed = this.#followed.get(uid ?? '')
    if (!followed) return null
    this.#followed.delete(uid ?? '')
    const isOver = new AbortController()
    void sleep(this.#options.clock, PATIENCE_MS, isOver.signal).then(() => followed.cut.abort())
    const path = await followed.archived
    isOver.abort()
    return path
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    const all = [...this.#followed.values()]
    this.#followed.clear()
    await Promise.all(all.map(({ archived }) => archived))
  }
}
