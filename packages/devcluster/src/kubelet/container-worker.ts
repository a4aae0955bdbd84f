import { createHash } from 'node:crypto'
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { type Clock, sleep } from '../clock.ts'
import { type ContainerEnd, isRestarted, latestEnd } from './container-record.ts'
import { type ContainerRuntime, ContainerStartError, type StartedContainer } from './container-runtime.ts'
import { ImagePuller } from './image-puller.ts'
import type { PodState } from './pod-state.ts'
import { goDuration, RestartBackOff } from './restart-backoff.ts'
import type { RunningContainers } from './running-containers.ts'

/** What could not be created is tried again so much later. Kubernetes: the pod worker's backOffPeriod. */
const RETRY_MS = 10_000

/** What the containers of one pod share. */
export interface ContainerWorkerParts {
  readonly state: PodState
  readonly running: RunningContainers
  readonly runtime: ContainerRuntime
  readonly clock: Clock
  /** Aborted when nothing new may be started. */
  readonly closing: AbortSignal
}

/** Runs one container again and again as its policy says: its image, its runs, the waits between them. */
export class ContainerWorker {
  readonly #name: string
  readonly #parts: ContainerWorkerParts
  readonly #restarts = new RestartBackOff()

  constructor(name: string, parts: ContainerWorkerParts) {
    this.#name = name
    this.#parts = parts
  }

  /** Resolves when the container will not run any more. `onStarted` hears of each run that has begun. */
  async keepRunning(onStarted: () => void = () => {}): Promise<void> {
    const { state, clock, closing } = this.#parts
    const image = new ImagePuller(this.#name, this.#parts)
    while (!closing.aborted) {
      if (!(await image.ensure())) continue
      const end = await this.#runOnce(onStarted)
      if (!end) {
        await sleep(clock, RETRY_MS, closing)
        continue
      }
      if (closing.aborted) return
      if (!isRestarted(state.record(this.#name), state.restartPolicy, end.exitCode)) return
      await this.#backOff(end)
    }
  }

  async #backOff(end: ContainerEnd): Promise<void> {
    const { state, clock, closing } = this.#parts
    const finishedAt = end.finishedAt ?? clock.now()
    const delayMs = this.#restarts.delayAfter(finishedAt)
    const waitMs = finishedAt + delayMs - clock.now()
    if (waitMs > 0) {
      const name = this.#name
      const podId = `${state.pod.metadata?.name}_${state.pod.metadata?.namespace}(${state.pod.metadata?.uid})`
      state.event('Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${podId}`, name)
      const message = `back-off ${goDuration(delayMs)} restarting failed container=${name} pod=${podId}`
      state.wait(name, 'CrashLoopBackOff', message)
      await sleep(clock, waitMs, closing)
    }
    this.#restarts.countStart(finishedAt, clock.now())
  }

  /** One run, from creation to its end; undefined when it could not be created. */
  async #runOnce(onStarted: () => void): Promise<ContainerEnd | undefined> {
    const { state, running, runtime, clock } = this.#parts
    const name = this.#name
    const before = state.record(name)
    const attempt = before.attempt === undefined ? 0 : before.attempt + 1
    const id = containerId(state.pod, name, attempt)
    let started: StartedContainer
    try {
      started = await runtime.startContainer({ pod: state.pod, container: before.container, attempt })
    } catch (error) {
      return this.#startFailed(error, attempt, id)
    }
    const lastEnd = latestEnd(before)
    running.add(name, started)
    state.event('Normal', 'Created', 'Container created', name)
    state.event('Normal', 'Started', 'Container started', name)
    const startedAt = clock.now()
    state.change(name, { attempt, state: { kind: 'running', startedAt, id } }, lastEnd)
    onStarted()
    if (state.ending) void running.terminate(name)

    const { exitCode, message, reason = exitCode === 0 ? 'Completed' : 'Error' } = await started.exited
    running.remove(name)
    const end = { exitCode, reason, message, startedAt, finishedAt: clock.now(), id }
    // While a kubelet ends a pod, it reports nothing before everything of it has ended.
    state.change(name, { attempt, state: { kind: 'terminated', end } }, lastEnd, this.#parts.closing.aborted)
    return end
  }

  /** A container that never ran: it waits to be created, or has ended at once where its command cannot be executed. */
  #startFailed(error: unknown, attempt: number, id: string): ContainerEnd | undefined {
    const { state, clock } = this.#parts
    const name = this.#name
    const step = error instanceof ContainerStartError ? error.step : 'create'
    const message = error instanceof Error ? error.message : String(error)
    if (step === 'run') state.event('Normal', 'Created', 'Container created', name)
    state.event('Warning', 'Failed', `Error: ${message}`, name)
    if (step !== 'run') {
      state.wait(name, step === 'config' ? 'CreateContainerConfigError' : 'CreateContainerError', message)
      return undefined
    }
    // Without a start container runtimes show the beginning of their time.
    const end = { exitCode: 128, reason: 'StartError', message, startedAt: 0, finishedAt: clock.now(), id }
    state.change(name, { attempt, state: { kind: 'terminated', end } }, latestEnd(state.record(name)))
    return end
  }
}

/** The same for the same run of the same pod: nothing random, so that a replayed cluster shows the same ids. */
function containerId(pod: Pod, container: string, attempt: number): string {
  const run = `${pod.metadata?.uid}/${container}/${attempt}`
  return `davit://${createHash('sha256').update(run).digest('hex')}`
}
