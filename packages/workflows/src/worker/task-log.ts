import { inspect } from 'node:util'
import type { TaskLog } from '../dag/task-context.ts'

/** A task's log: `2026-01-01T00:00:00.000Z INFO reading {"rows":3}`, a line for each call. */
export function createTaskLog(write: (text: string) => void, now: () => number): TaskLog {
  const line = (level: string) => (message: unknown, fields?: object) => {
    const text = typeof message === 'string' ? message : inspect(message, { depth: 6 })
    const shown = fields === undefined ? '' : ` ${fieldsText(fields)}`
    write(`${new Date(now()).toISOString()} ${level} ${text}${shown}\n`)
  }
  return { debug: line('DEBUG'), info: line('INFO'), warn: line('WARN'), error: line('ERROR') }
}

function fieldsText(fields: object): string {
  if (fields instanceof Error) return inspect(fields)
  try {
    return JSON.stringify(fields)
  } catch {
    // Cycles and bigints: shown as Node shows them.
    return inspect(fields, { breakLength: Number.POSITIVE_INFINITY })
  }
}
