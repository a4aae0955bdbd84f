/** Which output of a container a line came from. */
export type LogStream = 'stdout' | 'stderr'

/** One entry of a container's log, as container runtimes write it: `<time> <stream> <P|F> <text>`. */
export interface LogEntry {
  readonly time: string
  /** With the line feed, unless the line was cut (by its length, or by the container's end) and goes on or stops here. */
  readonly text: Uint8Array
}

/** The longest line in one entry; a longer one is cut into partial entries. containerd: max_container_log_line_size. */
export const MAX_ENTRY_BYTES = 16_384

const LINE_FEED = 10
const SPACE = 32

/** Cuts the bytes of one stream into entries; a line is kept back until it is complete, too long, or at its end. */
export class EntryCutter {
  readonly #stream: LogStream
  #rest: Buffer = Buffer.alloc(0)

  constructor(stream: LogStream) {
    this.#stream = stream
  }

  /** The entries that `chunk` completes, `time()` asked once for each. */
  cut(chunk: Uint8Array, time: () => string): Buffer {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : Buffer.from(chunk)
    const parts: Buffer[] = []
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      start = this.#cutLong(bytes, start, end, time, parts)
      parts.push(this.#head('F', time), bytes.subarray(start, end + 1))
      start = end + 1
    }
    start = this.#cutLong(bytes, start, bytes.length, time, parts)
    // A copy: what is kept must not hold on to the whole chunk.
    this.#rest = Buffer.from(bytes.subarray(start))
    return Buffer.concat(parts)
  }

  /** The last line, when it had no line feed. */
  end(time: () => string): Buffer {
    if (this.#rest.length === 0) return this.#rest
    const entry = Buffer.concat([this.#head('P', time), this.#rest, Buffer.from('\n')])
    this.#rest = Buffer.alloc(0)
    return entry
  }

  #cutLong(bytes: Buffer, start: number, end: number, time: () => string, parts: Buffer[]): number {
    let at = start
    for (; end - at > MAX_ENTRY_BYTES; at += MAX_ENTRY_BYTES) {
      parts.push(this.#head('P', time), bytes.subarray(at, at + MAX_ENTRY_BYTES), Buffer.from('\n'))
    }
    return at
  }

  #head(tag: 'P' | 'F', time: () => string): Buffer {
    return Buffer.from(`${time()} ${this.#stream} ${tag} `)
  }
}

/** Reads one line of a log file, its line feed included. */
export function parseEntry(line: Uint8Array): LogEntry {
  const afterTime = line.indexOf(SPACE)
  const afterStream = line.indexOf(SPACE, afterTime + 1)
  const afterTag = line.indexOf(SPACE, afterStream + 1)
  const isPartial = line[afterStream + 1] === 'P'.charCodeAt(0)
  return {
    time: Buffer.from(line.subarray(0, afterTime)).toString('latin1'),
    text: line.subarray(afterTag + 1, isPartial ? line.length - 1 : line.length),
  }
}

/** What of a log is wanted. */
export interface LogSelection {
  /** Milliseconds since 1970; older entries are left out. */
  readonly since?: number
  readonly timestamps: boolean
  readonly limitBytes?: number
}

/** Prints entries as `kubectl logs` shows them. Kubernetes: logWriter, ReadLogs. */
export class EntryPrinter {
  readonly #selection: LogSelection
  #remaining: number
  #isAtLineStart = true

  constructor(selection: LogSelection) {
    this.#selection = selection
    this.#remaining = selection.limitBytes ?? Number.POSITIVE_INFINITY
  }

  /** The limit is reached: nothing more will be printed. */
  get isFull(): boolean {
    return this.#remaining <= 0
  }

  print(entry: LogEntry): Uint8Array {
    const isWanted = this.#selection.since === undefined || Date.parse(entry.time) >= this.#selection.since
    const startsLine = this.#isAtLineStart
    this.#isAtLineStart = entry.text.length === 0 || entry.text.at(-1) === LINE_FEED
    if (!isWanted) return new Uint8Array()
    const line =
      this.#selection.timestamps && startsLine ? Buffer.concat([Buffer.from(`${entry.time} `), entry.text]) : entry.text
    const printed = line.length > this.#remaining ? line.subarray(0, this.#remaining) : line
    this.#remaining -= printed.length
    return printed
  }
}

/**
 * Times of entries, in nanoseconds as RFC 3339 text: never equal and never going back within one log, so that a reader
 * can go on behind the last one it saw.
 */
export class EntryTimes {
  readonly #now: () => number
  #lastMs = 0
  #nanoseconds = 0

  /** `now` gives milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  next(): string {
    const now = this.#now()
    if (now > this.#lastMs) {
      this.#lastMs = now
      this.#nanoseconds = 0
    } else if (++this.#nanoseconds === 1_000_000) {
      this.#lastMs++
      this.#nanoseconds = 0
    }
    const whole = new Date(this.#lastMs).toISOString().slice(0, -1)
    return `${whole}${String(this.#nanoseconds).padStart(6, '0')}Z`
  }
}
