import type { Clock } from '../../clock.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { Logger } from '../../logger.ts'
import type { Launch } from '../launch-store.ts'
import { wholeLog } from './whole-log.ts'

/** Keeps the logs of ended launches, so that they outlive their pods. */
export interface LogArchive {
  /**
   * Reads the log to its end and resolves to where it is kept. Aborting means that the deadline is over: what was read
   * until then is kept, with a word that the rest is missing.
   */
  archive(launch: Launch, log: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string>
}

/** How long the archiving of one log may hold up its launch's outcome. */
const ARCHIVE_DEADLINE_MS = 30_000
/** How long an archive has to close what it has read when the deadline is over. */
const CLOSING_MS = 2_000

interface ArchiveCircumstances {
  readonly pods: PodVerbs
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** @default 30 s */
  readonly deadlineMs?: number
  /** The deadline is over now: what was read is kept. */
  readonly cut?: AbortSignal
  /** Reads on until the container ends. @default false */
  readonly follow?: boolean
  /** When the container started, ISO 8601: what the log lacks of its beginning can be told. */
  readonly startedAt?: string | undefined
}

/**
 * Archives the log of an ended launch. Resolves to its path, or to null when it could not be had within its deadline: a
 * lost log must not cost the outcome.
 */
export async function archiveLog(
  launch: Launch,
  archive: LogArchive,
  {
    pods,
    clock,
    logger,
    signal,
    deadlineMs = ARCHIVE_DEADLINE_MS,
    follow = false,
    startedAt,
    cut,
  }: ArchiveCircumstances,
): Promise<string | null> {
  const ending = new AbortController()
  const end = () => ending.abort()
  const { promise: overdue, resolve: giveUp } = Promise.withResolvers<null>()
  const timers = [clock.setTimeout(end, deadlineMs), clock.setTimeout(() => giveUp(null), deadlineMs + CLOSING_MS)]
  const stop = () => {
    end()
    giveUp(null)
  }
  const closeNow = () => {
    end()
    timers.push(clock.setTimeout(() => giveUp(null), CLOSING_MS))
  }
  signal.addEventListener('abort', stop, { once: true })
  cut?.addEventListener('abort', closeNow, { once: true })
  try {
    const timeoutMs = deadlineMs + CLOSING_MS
    const log = wholeLog(launch, { pods, clock, signal: ending.signal, timeoutMs, follow, startedAt })
    const archived = archive.archive(launch, log, ending.signal)
    // An archive that does not heed its signal must not hold up the outcome either.
    archived.catch(() => undefined)
    const path = await Promise.race([archived, overdue])
    if (path === null)
      logger.warn('log not archived in time', { pod: launch.podName, namespace: launch.namespace, launch: launch.id })
    return path
  } catch (error) {
    logger.warn('log not archived', { pod: launch.podName, namespace: launch.namespace, launch: launch.id, error })
    return null
  } finally {
    for (const timer of timers) timer.cancel()
    signal.removeEventListener('abort', stop)
    cut?.removeEventListener('abort', closeNow)
  }
}
