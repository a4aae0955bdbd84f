import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface, type Interface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { Measures } from '../benchmark.ts'

/** How a contender's process is started. bench/README.md says what it reads and writes. */
export interface ClientCommand {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Its first line of standard input. */
  readonly parameters: object
}

interface Message {
  readonly event: 'ready' | 'done'
  readonly phase: string
  readonly measures?: Measures
}

/** How long a client may take for one phase. */
const PHASE_LIMIT_MS = 1_200_000

/** A contender's own process, which goes from phase to phase when it is told. It ends with whoever uses it. */
export class ClientProcess implements AsyncDisposable {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #reader: Interface
  readonly #logFile: string
  readonly #ended: Promise<unknown>

  /** @param logFile takes what it says to people */
  constructor({ command: [file = '', ...args], env, parameters }: ClientCommand, logFile: string) {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    const log = createWriteStream(logFile)
    child.stdout?.pipe(log, { end: false })
    child.stderr?.pipe(log, { end: false })
    this.#logFile = logFile
    this.#child = child
    this.#ended = once(child, 'exit').catch(() => {})
    this.pid = child.pid ?? 0
    this.#reader = createInterface({ input: child.stdio[3] as Readable })
    this.#lines = this.#reader[Symbol.asyncIterator]()
    // Writing to one that has just died is told by the line that does not come.
    child.stdin?.on('error', () => {})
    this.#tell(JSON.stringify(parameters))
  }

  /** Waits until it is warmed up and ready for a phase. */
  async ready(phase: string): Promise<void> {
    await this.#message('ready', phase)
  }

  /** Lets the phase begin. */
  go(): void {
    this.#tell('go')
  }

  /** Waits until the phase has ended; everything of it lives still, to be measured. */
  async done(phase: string): Promise<Measures> {
    return (await this.#message('done', phase)).measures ?? {}
  }

  /** Lets it end, or go on to its next phase. */
  release(): void {
    this.#tell('next')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end()
    const patience = new AbortController()
    await Promise.race([this.#ended, pause(5_000, undefined, { signal: patience.signal }).catch(() => {})])
    patience.abort()
    this.#child.kill('SIGKILL')
    this.#reader.close()
    await this.#ended
  }

  #tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  async #message(event: Message['event'], phase: string): Promise<Message> {
    const limit = new AbortController()
    const next = await Promise.race([
      this.#lines.next(),
      pause(PHASE_LIMIT_MS, null, { signal: limit.signal }).catch(() => null),
    ])
    limit.abort()
    if (next === null) throw new Error(`the client said no ${event} of ${phase} within ${PHASE_LIMIT_MS / 1000} s`)
    if (next.done) throw new Error(`the client ended before it said ${event} of ${phase}; ${await this.#logEnd()}`)
    const message = JSON.parse(next.value) as Message
    if (message.event !== event || message.phase !== phase)
      throw new Error(`the client said ${next.value} where ${event} of ${phase} was due`)
    return message
  }

  async #logEnd(): Promise<string> {
    const text = (await readFile(this.#logFile, 'utf8').catch(() => '')).trimEnd()
    return text === '' ? 'it has left no words' : `its last words:\n${text.split('\n').slice(-15).join('\n')}`
  }
}
