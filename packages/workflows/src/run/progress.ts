import type { Writable } from 'node:stream'
import { liveTable, type TableFrame } from './live-table.ts'
import { plainProgress, type SaidOf } from './plain-progress.ts'

/** Shows a run while it goes on. */
export interface Progress {
  /** Shows the run as it is now; may be called as often as anything changes. */
  show(frame: TableFrame, elapsedMs: number): void
  /** Says one line that stays. */
  say(line: string): void
  /** Leaves the last frame standing; nothing is shown after it. */
  end(): void
}

interface ProgressOptions {
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A live table on a terminal, plain lines elsewhere. */
export async function createProgress(options: ProgressOptions): Promise<Progress> {
  return options.output.isTTY === true && options.env.TERM !== 'dumb'
    ? liveProgress(options)
    : lineProgress(options.output)
}

async function liveProgress({ output, env }: ProgressOptions): Promise<Progress> {
  // Loaded only where it is used: a run in CI need not wait for it.
  const { createLogUpdate } = await import('log-update')
  const update = createLogUpdate(output)
  const colour = env.NO_COLOR === undefined || env.NO_COLOR === ''
  let ended = false
  return {
    show(frame) {
      if (!ended) update(liveTable(frame, { columns: output.columns ?? 80, rows: output.rows ?? 24, colour }))
    },
    say(line) {
      if (!ended) update.persist(line)
    },
    end() {
      if (!ended) update.done()
      ended = true
    },
  }
}

function lineProgress(output: Writable): Progress {
  let said: SaidOf = new Map()
  let ended = false
  return {
    show(frame, elapsedMs) {
      if (ended) return
      const news = plainProgress(said, frame, elapsedMs)
      said = news.said
      for (const line of news.lines) output.write(`${line}\n`)
    },
    say(line) {
      output.write(`${line}\n`)
    },
    end() {
      ended = true
    },
  }
}
