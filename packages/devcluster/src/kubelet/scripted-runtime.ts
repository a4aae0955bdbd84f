import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts'
import type { Clock } from '../clock.ts'
import type { LogReadOptions } from './container-log.ts'
import {
  type ContainerExit,
  type ContainerRequest,
  type ContainerRuntime,
  ContainerStartError,
  SandboxError,
  type StartedContainer,
  VolumeSetupError,
} from './container-runtime.ts'
import { EntryPrinter, EntryTimes } from './cri-log.ts'
import { type ImagePull, imagePull } from './image-pull.ts'
import { isEndOf, type NamedEnd, type PodScript, PodScriptError, readScript, scriptedEnd } from './pod-script.ts'

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

/** What a scripted runtime needs. */
export interface ScriptedRuntimeOptions {
  readonly clock: Clock
  /** Hears that a running pod is to be ended from outside, as its script says: by its node, or by a deletion. */
  readonly onPodEnd: (pod: Pod, end: NamedEnd) => void
}

/**
 * Containers without processes, on the injected clock: a pod's annotations say how they run. Its first container ends
 * `script.davit/run-ms` (1000) after it started, with `script.davit/exit-code` (0) and
 * `script.davit/termination-message`; with `script.davit/hold` it runs until it is stopped. The other containers end with
 * it and with 0, init containers at once, sidecars when they are stopped. A signal ends a container at once, with 128 + n.
 * `script.davit/end` names another end, one of {@link SCRIPTED_ENDS}. Logs are `script.davit/log`, or one line.
 */
export class ScriptedRuntime implements ContainerRuntime {
  readonly #clock: Clock
  readonly #onPodEnd: ScriptedRuntimeOptions['onPodEnd']
  readonly #times: EntryTimes
  readonly #runs = new Map<string, Map<string, ScriptedRun>>()
  readonly #stops = new Set<() => void>()

  constructor({ clock, onPodEnd }: ScriptedRuntimeOptions) {
    this.#clock = clock
    this.#onPodEnd = onPodEnd
    this.#times = new EntryTimes(() => clock.now())
  }

  async preparePod(pod: Pod): Promise<void> {
    const end = scriptedEnd(pod)
    if (end?.by === 'volume') throw new VolumeSetupError(end.message)
    if (end?.by === 'sandbox') throw new SandboxError(end.message)
  }

  pullImage(pod: Pod, container: Container): ImagePull {
    const { image = '', imagePullPolicy } = container
    const end = scriptedEnd(pod)
    return end?.by === 'image' && isEndOf(end, pod, container) ? end.pull(image) : imagePull(image, imagePullPolicy)
  }

  async startContainer({ pod, container, attempt }: ContainerRequest): Promise<StartedContainer> {
    const script = readScriptToStart(pod)
    const run = containerScript(script, pod, container)
    const { promise, resolve } = Promise.withResolvers<ContainerExit>()
    const timer =
      run.runMs === undefined
        ? undefined
        : this.#clock.setTimeout(() => (run.podEnd ? this.#onPodEnd(pod, run.podEnd) : end(run.exit)), run.runMs)
    const end = (exit: ContainerExit) => {
      timer?.cancel()
      this.#stops.delete(stop)
      resolve(exit)
    }
    const stop = () => end({ exitCode: 137, message: '' })
    this.#stops.add(stop)
    this.#keepLog(pod, container.name, attempt, {
      text: script.log ?? `container ${container.name} of pod ${pod.metadata?.name} runs as scripted\n`,
      time: this.#times.next(),
      ended: promise.then(() => {}),
    })
    return {
      exited: promise,
      signal: (signal) => end({ exitCode: 128 + (SIGNAL_NUMBERS[signal] ?? 0), message: '' }),
    }
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

/** What one run of one container does by itself. */
interface ContainerScript {
  /** Undefined: nothing. */
  readonly runMs: number | undefined
  readonly exit: ContainerExit
  /** Comes instead of an exit. */
  readonly podEnd?: NamedEnd
}

const SUCCESS: ContainerExit = { exitCode: 0, message: '' }

/** @throws {ContainerStartError} when its script says that it does not start */
function containerScript(script: PodScript, pod: Pod, container: Container): ContainerScript {
  const { end, runMs } = script
  const isFirst = pod.spec?.containers[0]?.name === container.name
  if (end?.by === 'start' && isEndOf(end, pod, container)) throw new ContainerStartError(end.step, end.message)
  if (end?.by === 'exit' && isEndOf(end, pod, container)) {
    const { exitCode = end.exitCode, terminationMessage: message } = script
    return { runMs, exit: { exitCode, reason: end.reason, message } }
  }
  if (container.restartPolicy === 'Always') return { runMs: undefined, exit: SUCCESS }
  if (!pod.spec?.containers.some(({ name }) => name === container.name)) return { runMs: 0, exit: SUCCESS }
  if (end?.by === 'node' || end?.by === 'deletion') {
    return isFirst ? { runMs, exit: SUCCESS, podEnd: end } : { runMs: undefined, exit: SUCCESS }
  }
  if (!isFirst) return { runMs, exit: SUCCESS }
  return { runMs, exit: { exitCode: script.exitCode ?? 0, message: script.terminationMessage } }
}

function readScriptToStart(pod: Pod): PodScript {
  try {
    return readScript(pod)
  } catch (error) {
    if (error instanceof PodScriptError) throw new ContainerStartError('config', error.message, { cause: error })
    throw error
  }
}
