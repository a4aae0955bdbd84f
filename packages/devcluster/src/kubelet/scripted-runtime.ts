import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import type { Clock } from '../clock.ts'
import type { LogReadOptions } from './container-log.ts'
import {
  type ContainerExit,
  type ContainerRequest,
  type ContainerRuntime,
  ContainerStartError,
  type StartedContainer,
} from './container-runtime.ts'
import { EntryPrinter, EntryTimes } from './cri-log.ts'

/** What a pod's annotations say of its containers. */
interface Script {
  /** Undefined: until it is stopped. */
  readonly runMs: number | undefined
  readonly exitCode: number
  readonly terminationMessage: string
  readonly log: string
}

/** One run that has a log. */
interface ScriptedRun {
  readonly text: string
  /** As of a log entry. */
  readonly time: string
  readonly ended: Promise<void>
}

const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGTERM: 15,
}

/**
 * Containers without processes, on the injected clock: a pod's annotations say how they run. Its first container ends
 * `script.davit/run-ms` (1000) after it started, with `script.davit/exit-code` (0) and
 * `script.davit/termination-message`; with `script.davit/hold` it runs until it is stopped. The other containers end with
 * it and with 0, init containers at once, sidecars when they are stopped. A signal ends a container at once, with 128 + n.
 * Logs are `script.davit/log`, or one line.
 */
export class ScriptedRuntime implements ContainerRuntime {
  readonly #clock: Clock
  readonly #times: EntryTimes
  readonly #runs = new Map<string, Map<string, ScriptedRun>>()
  readonly #stops = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#times = new EntryTimes(() => clock.now())
  }

  async preparePod(): Promise<void> {}

  async startContainer({ pod, container, attempt }: ContainerRequest): Promise<StartedContainer> {
    const script = readScript(pod, container.name)
    const isFirst = pod.spec?.containers[0]?.name === container.name
    const isMain = pod.spec?.containers.some(({ name }) => name === container.name) ?? false
    const { promise, resolve } = Promise.withResolvers<ContainerExit>()
    const runMs = isMain ? script.runMs : container.restartPolicy === 'Always' ? undefined : 0
    const timer =
      runMs === undefined
        ? undefined
        : this.#clock.setTimeout(
            () => end(isFirst ? script.exitCode : 0, isFirst ? script.terminationMessage : ''),
            runMs,
          )
    const end = (exitCode: number, message: string) => {
      timer?.cancel()
      this.#stops.delete(stop)
      resolve({ exitCode, message })
    }
    const stop = () => end(137, '')
    this.#stops.add(stop)
    this.#keepLog(pod, container.name, attempt, {
      text: script.log,
      time: this.#times.next(),
      ended: promise.then(() => {}),
    })
    return { exited: promise, signal: (signal) => end(128 + (SIGNAL_NUMBERS[signal] ?? 0), '') }
  }

  readLog(
    run: { podUid: string; container: string; attempt: number },
    options: LogReadOptions,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array> | undefined {
    const found = this.#runs.get(run.podUid)?.get(`${run.container}/${run.attempt}`)
    return found && printRun(found, options, signal)
  }

  async removePod(pod: Pod): Promise<void> {
    this.#runs.delete(pod.metadata?.uid ?? '')
  }

  async stop(): Promise<void> {
    for (const stop of [...this.#stops]) stop()
    this.#runs.clear()
  }

  #keepLog(pod: Pod, container: string, attempt: number, run: ScriptedRun): void {
    const uid = pod.metadata?.uid ?? ''
    const runs = this.#runs.get(uid) ?? new Map<string, ScriptedRun>()
    this.#runs.set(uid, runs.set(`${container}/${attempt}`, run))
  }
}

async function* printRun(run: ScriptedRun, options: LogReadOptions, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const printer = new EntryPrinter(options)
  const lines = run.text.split(/(?<=\n)/)
  for (const line of lines.slice(Math.max(0, lines.length - (options.tailLines ?? lines.length)))) {
    if (printer.isFull) return
    const printed = printer.print({ time: run.time, text: Buffer.from(line) })
    if (printed.length > 0) yield printed
  }
  if (!options.follow) return
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  if (!signal.aborted) await Promise.race([run.ended, aborted])
}

function readScript(pod: Pod, container: string): Script {
  const annotations = pod.metadata?.annotations ?? {}
  return {
    runMs:
      annotations['script.davit/hold'] === undefined ? readNumber(annotations, 'script.davit/run-ms', 1000) : undefined,
    exitCode: readNumber(annotations, 'script.davit/exit-code', 0),
    terminationMessage: annotations['script.davit/termination-message'] ?? '',
    log: annotations['script.davit/log'] ?? `container ${container} of pod ${pod.metadata?.name} runs as scripted\n`,
  }
}

function readNumber(annotations: Readonly<Record<string, string>>, name: string, missing: number): number {
  const text = annotations[name]
  if (text === undefined) return missing
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new ContainerStartError(
    'config',
    `annotation ${name}: not a whole number of up to 9 digits: ${JSON.stringify(text)}`,
  )
}
