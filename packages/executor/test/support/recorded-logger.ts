import type { LogFields, Logger } from '../../src/logger.ts'

/** Keeps what was logged, for tests that look at it. */
export class RecordedLogger implements Logger {
  readonly lines: { level: string; message: string; fields: LogFields }[]
  readonly #fields: LogFields

  constructor(lines: RecordedLogger['lines'] = [], fields: LogFields = {}) {
    this.lines = lines
    this.#fields = fields
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields)
  }

  child(fields: LogFields): Logger {
    return new RecordedLogger(this.lines, { ...this.#fields, ...fields })
  }

  #write(level: string, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields: { ...this.#fields, ...fields } })
  }
}
