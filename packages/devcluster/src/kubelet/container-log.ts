import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { EntryCutter, EntryPrinter, EntryTimes, type LogStream, parseEntry } from './cri-log.ts'

/** What a reader asks of a container's log; `since` in milliseconds since 1970. */
export interface LogReadOptions {
  readonly follow: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly since?: number
  readonly limitBytes?: number
}

const READ_BYTES = 65_536
const LINE_FEED = 10

/**
 * The log file of one run of a container, in the format of container runtimes. Written by one owner; readers follow it
 * until `end`.
 *
 * Writes are synchronous: entries of both streams keep the order in which they came, and a container that writes faster
 * than the disk is slowed down by its own pipe.
 */
export class ContainerLog {
  readonly path: string
  readonly #fd: number
  readonly #times: EntryTimes
  readonly #cutters: Record<LogStream, EntryCutter> = {
    stdout: new EntryCutter('stdout'),
    stderr: new EntryCutter('stderr'),
  }
  readonly #waiting = new Set<() => void>()
  /** The disk is full, for one: what came after is lost, and readers are told at the end. */
  #failure: Error | undefined
  #hasEnded = false

  constructor(path: string, now: () => number) {
    this.path = path
    this.#times = new EntryTimes(now)
    this.#fd = openSync(path, 'w', 0o640)
  }

  append(stream: LogStream, chunk: Uint8Array): void {
    this.#write(this.#cutters[stream].cut(chunk, () => this.#times.next()))
  }

  /** Writes what is left of unfinished lines and lets followers go; harmless when repeated. */
  end(): void {
    if (this.#hasEnded) return
    for (const cutter of Object.values(this.#cutters)) this.#write(cutter.end(() => this.#times.next()))
    this.#hasEnded = true
    closeSync(this.#fd)
    this.#wake()
  }

  /** The text of the last lines, for a termination message; at most `maxBytes` of it. */
  tail(lines: number, maxBytes: number): Uint8Array {
    const fd = openSync(this.path, 'r')
    try {
      const bytes = Buffer.alloc(READ_BYTES * 4)
      // 80 lines of a message are kilobytes; what lies further back than this is not worth a message.
      const size = fstatSync(fd).size
      const length = readSync(fd, bytes, 0, bytes.length, Math.max(0, size - bytes.length))
      const wanted = lastLines(bytes.subarray(0, length), lines, size > bytes.length)
      const printer = new EntryPrinter({ timestamps: false })
      const text = Buffer.concat(splitLines(wanted).map((line) => printer.print(parseEntry(line))))
      return text.subarray(Math.max(0, text.length - maxBytes))
    } finally {
      closeSync(fd)
    }
  }

  /** Chunks as they come; ends at the end of the file, with `follow` only when the container has ended or on abort. */
  async *read(options: LogReadOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (options.limitBytes === 0) return
    const file = await open(this.path, 'r')
    try {
      const printer = new EntryPrinter(options)
      let position = options.tailLines === undefined ? 0 : await tailStart(file, options.tailLines)
      // Of a log that is not followed no more than the tail is printed, however much is written meanwhile.
      let linesLeft = options.follow ? Number.POSITIVE_INFINITY : (options.tailLines ?? Number.POSITIVE_INFINITY)
      let rest: Buffer = Buffer.alloc(0)
      while (!signal.aborted && linesLeft > 0 && !printer.isFull) {
        const hadEnded = this.#hasEnded
        const buffer = Buffer.alloc(READ_BYTES)
        const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position)
        if (bytesRead === 0) {
          if ((hadEnded || !options.follow) && this.#failure) {
            throw new Error(`the log is not complete: ${this.#failure.message}`, { cause: this.#failure })
          }
          if (hadEnded || !options.follow) return
          await this.#changed(position, file, signal)
          continue
        }
        position += bytesRead
        const lines = splitLines(Buffer.concat([rest, buffer.subarray(0, bytesRead)]))
        rest = lines.at(-1)?.at(-1) === LINE_FEED ? Buffer.alloc(0) : (lines.pop() ?? Buffer.alloc(0))
        const wanted = lines.slice(0, linesLeft)
        linesLeft -= wanted.length
        const printed = Buffer.concat(wanted.map((line) => printer.print(parseEntry(line))))
        if (printed.length > 0) yield printed
      }
    } finally {
      await file.close()
    }
  }

  async #changed(position: number, file: FileHandle, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    // Something may have been written between the read and the registration.
    if (this.#hasEnded || signal.aborted || (await file.stat()).size > position) resolve()
    await promise
    this.#waiting.delete(resolve)
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#hasEnded || this.#failure) return
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#fd, bytes, written)
    } catch (error) {
      // The container goes on: its log is not worth its life.
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    this.#wake()
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resolve of waiting) resolve()
  }
}

/** Where the last `lines` lines begin. Kubernetes: findTailLineStartIndex. */
async function tailStart(file: FileHandle, lines: number): Promise<number> {
  let end = (await file.stat()).size
  if (lines <= 0) return end
  // The line feed that ends the last line does not begin another one.
  let missing = lines + 1
  while (end > 0) {
    const start = Math.max(0, end - READ_BYTES)
    const buffer = Buffer.alloc(end - start)
    await file.read(buffer, 0, buffer.length, start)
    for (let at = buffer.lastIndexOf(LINE_FEED); at >= 0; at = at === 0 ? -1 : buffer.lastIndexOf(LINE_FEED, at - 1)) {
      if (--missing === 0) return start + at + 1
    }
    end = start
  }
  return 0
}

function lastLines(bytes: Buffer, count: number, isCut: boolean): Buffer {
  const lines = splitLines(bytes)
  return Buffer.concat((isCut ? lines.slice(1) : lines).slice(-count))
}

/** Lines with their line feeds; the last may have none. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    lines.push(bytes.subarray(start, end + 1))
    start = end + 1
  }
  if (start < bytes.length) lines.push(bytes.subarray(start))
  return lines
}
