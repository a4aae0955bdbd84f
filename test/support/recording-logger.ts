import type { Logger } from '@davit/executor'

/** Keeps what is logged, a line each, to be shown when a test fails. */
export class RecordingLogger implements Logger {
  readonly lines: string[]
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(lines: string[] = [], fields: Readonly<Record<string, unknown>> = {}) {
    this.lines = lines
    this.#fields = fields
  }

  /** Whether a line has this text, in its message or among its values. */
  says(text: string): boolean {
    const shown = JSON.stringify(text).slice(1, -1)
    return this.lines.some((line) => line.includes(text) || line.includes(shown))
  }

  debug(): void {}

  info(message: string, fields?: object): void {
    this.#write('info', message, fields)
  }

  warn(message: string, fields?: object): void {
    this.#write('warn', message, fields)
  }

  error(message: string, fields?: object): void {
    this.#write('error', message, fields)
  }

  child(fields: object): Logger {
    return new RecordingLogger(this.lines, { ...this.#fields, ...fields })
  }

  #write(level: string, message: string, fields: object = {}): void {
    const shown = JSON.stringify({ ...this.#fields, ...fields }, (_name, value) =>
      value instanceof Error ? value.message : value,
    )
    this.lines.push(`${level} ${message} ${shown}`)
  }
}
