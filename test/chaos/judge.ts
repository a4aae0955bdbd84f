import { violationsOf } from './checks.ts'
import { type PlayRecord, play, type Violation } from './play.ts'
import type { Schedule } from './schedule.ts'

export interface Verdict {
  readonly violations: readonly Violation[]
  /** Absent: the run itself broke. */
  readonly record: PlayRecord | null
}

/** Plays a schedule and judges it. A run that breaks has violated something, too. */
export async function judge(schedule: Schedule): Promise<Verdict> {
  const unhandled: Violation[] = []
  const onUnhandled = (error: unknown) =>
    void unhandled.push({ invariant: 'run', what: `nobody handled: ${textOf(error)}` })
  process.on('unhandledRejection', onUnhandled)
  try {
    const record = await play(schedule)
    return { violations: [...unhandled, ...violationsOf(record)], record }
  } catch (error) {
    return { violations: [...unhandled, { invariant: 'run', what: textOf(error) }], record: null }
  } finally {
    process.off('unhandledRejection', onUnhandled)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
