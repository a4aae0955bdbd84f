import { constants } from 'node:fs'
import { access, appendFile, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Failure, Launch, LogArchive, TaskInstanceKey } from '@davit/executor'
import type { ErrorCode } from '../error-codes.ts'

/** A log, or the folder of the logs, cannot be written. */
export class LogsUnwritableError extends Error {
  override readonly name = 'LogsUnwritableError'
  readonly code = 'LOGS_UNWRITABLE' satisfies ErrorCode<'run'>
}

/** The logs of one deployment's tasks, one file a launch, under one folder. */
export class TaskLogs implements LogArchive {
  readonly #folder: string

  /** @param folder absolute */
  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Makes the folder of a run's logs, so that one that cannot be written is known before anything starts.
   * @throws {LogsUnwritableError}
   */
  async prepare(run: { readonly dagId: string; readonly runId: string }): Promise<void> {
    const folder = this.folderOf(run)
    await writing(folder, async () => {
      await mkdir(folder, { recursive: true })
      await access(folder, constants.W_OK)
    })
  }

  /** The folder of one run's logs. */
  folderOf({ dagId, runId }: { readonly dagId: string; readonly runId: string }): string {
    return join(this.#folder, pathPart(dagId), pathPart(runId))
  }

  /** Where the log of a launch is, or will be. Without a number: of a try that failed before it had a launch. */
  pathOf(key: TaskInstanceKey, launchNumber?: number): string {
    const task = key.mapIndex < 0 ? pathPart(key.taskId) : join(pathPart(key.taskId), `map-${key.mapIndex}`)
    const launch = launchNumber === undefined || launchNumber === 1 ? '' : `-launch-${launchNumber}`
    return join(this.folderOf(key), task, `try-${key.tryNumber}${launch}.log`)
  }

  async archive(launch: Launch, log: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
    const path = this.pathOf(launch.key, launch.number)
    await using file = await writing(path, async () => {
      await mkdir(dirname(path), { recursive: true })
      return open(path, 'w')
    })
    try {
      for await (const chunk of log) await writing(path, () => file.appendFile(chunk))
    } catch (error) {
      if (!signal.aborted) throw error
      const gap = '\n[davit] the log could not be read to its end in time; the rest is missing\n'
      await writing(path, () => file.appendFile(gap))
    }
    return path
  }

  /** Writes at a log's end why the task failed: whoever opens the log need not look elsewhere. */
  async addReason(path: string, { class: kind, message, evidence, hint }: Failure): Promise<void> {
    const lines = [
      `failed (${kind}): ${message}`,
      ...(evidence === '' ? [] : [`evidence: ${evidence}`]),
      ...(hint === undefined ? [] : [`what to do: ${hint}`]),
    ]
    const reason = lines.map((line) => `[davit] ${line}\n`).join('')
    await writing(path, async () => {
      await mkdir(dirname(path), { recursive: true })
      await appendFile(path, reason)
    })
  }
}

async function writing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new LogsUnwritableError(`the log ${path} cannot be written: ${why}`, { cause })
  }
}

/** An id as one part of a path, never the folder itself or its parent; `:` is for systems that do not allow it. */
export function pathPart(id: string): string {
  const safe = id.replace(/[^\p{L}\p{N}_.+=@-]/gu, '_')
  return /^\.+$/.test(safe) ? safe.replaceAll('.', '_') : safe
}
