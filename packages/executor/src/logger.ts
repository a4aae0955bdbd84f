/** Values that go with a log line. Names are fixed: pod namespace dagId taskId runId tryNumber mapIndex launch resourceVersion delayMs durationMs cause source error. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where the library writes what it does: a constant message, the values beside it. A `pino` logger can be wrapped in four lines. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger
}

/** The default: says nothing. A library never writes to the console of its host. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
}
