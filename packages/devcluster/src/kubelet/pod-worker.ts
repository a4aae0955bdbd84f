import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { type Clock, sleep, type Timer } from '../clock.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { latestEnd } from './container-record.ts'
import { type ContainerRuntime, SandboxError } from './container-runtime.ts'
import { ContainerWorker } from './container-worker.ts'
import { setLongTimer } from './long-timer.ts'
import { deadlineExceeded, type NodeEnding } from './node-ending.ts'
import { type PodEnding, PodState } from './pod-state.ts'
import { MIN_GRACE_SECONDS, RunningContainers } from './running-containers.ts'

const FIRST_VOLUME_RETRY_MS = 500
const LAST_VOLUME_RETRY_MS = 122_000

/** What a pod's worker needs from its kubelet. */
export interface PodWorkerOptions {
  readonly pod: Pod
  readonly access: ClusterAccess
  readonly clock: Clock
  readonly runtime: ContainerRuntime
  readonly hostIP: string
  /** Whether the cluster hears what the node says. */
  readonly isHeard: () => boolean
}

/**
 * Takes one pod through its life: volumes, init containers in order, then the others side by side, and its end by itself,
 * by deletion, deadline or eviction. The counterpart of a kubelet's pod worker. Each container has a
 * {@link ContainerWorker}; what is known of the pod, and written to its status at once, is its {@link PodState}.
 */
export class PodWorker {
  readonly #clock: Clock
  readonly #runtime: ContainerRuntime
  readonly #state: PodState
  readonly #running: RunningContainers
  /** Aborted when nothing new may be started: by a {@link PodEnding}, or by `stop`. */
  readonly #closing = new AbortController()
  readonly #sidecars: Promise<void>[] = []
  #deadlineTimer: Timer | undefined
  #run: Promise<void> | undefined

  constructor(options: PodWorkerOptions) {
    this.#clock = options.clock
    this.#runtime = options.runtime
    this.#state = new PodState(options)
    this.#running = new RunningContainers(this.#state, options.clock)
  }

  start(): void {
    this.#run ??= this.#live()
  }

  /** The pod has changed: it may be marked for deletion, or have a new deadline. */
  update(pod: Pod): void {
    this.#state.replace(pod)
    if (!this.#state.isDeleted) this.#armDeadline()
    else if (this.#state.isOver) this.#state.confirmDeletion()
    else this.#end('deletion', pod.metadata?.deletionGracePeriodSeconds ?? MIN_GRACE_SECONDS)
  }

  /** The node is heard again: what has become of the pod meanwhile is told, and what was wanted of it is done. */
  catchUp(pod: Pod): void {
    this.#state.replace(pod)
    this.#state.report()
    this.update(pod)
  }

  /** The pod is gone from the cluster; resolves when nothing of it is left. */
  async removed(): Promise<void> {
    this.#end('deletion', 0)
    await this.#run
    await this.#runtime.removePod(this.#state.pod)
  }

  /** Its node ends the pod, unless it is at its end already. */
  end(ending: NodeEnding): void {
    if (this.#state.isOver || this.#state.ending) return
    const { event, graceSeconds = this.#graceSeconds() } = ending
    if (event) this.#state.event(event.type, event.reason, event.message)
    this.#end(ending, graceSeconds)
  }

  /** To the main process of a container, from outside, as if it had crashed. */
  signal(container: string, signal: NodeJS.Signals): void {
    this.#running.signal(container, signal)
  }

  /** The number of the run whose log is meant, or undefined before the first. */
  loggedAttempt(container: string, previous: boolean): number | undefined {
    const record = this.#state.records.find((one) => one.container.name === container)
    if (record?.attempt === undefined) return undefined
    // While a container waits for its next run, its last one is both the latest and the previous.
    return previous && record.state.kind !== 'waiting' ? record.attempt - 1 : record.attempt
  }

  /** Kills what runs and writes nothing any more. */
  async stop(): Promise<void> {
    this.#state.stop()
    this.#closing.abort()
    this.#running.killAll()
    this.#cancelTimers()
    await this.#run
  }

  async #live(): Promise<void> {
    // The caller may be in the middle of telling others of the pod: what follows comes after.
    await Promise.resolve()
    this.#state.report()
    this.#armDeadline()
    if (this.#state.isDeleted) this.update(this.#state.pod)
    try {
      if ((await this.#prepare()) && (await this.#initialise())) {
        const mains = this.#state.records.filter(({ kind }) => kind === 'main')
        await Promise.all(mains.map(({ container }) => this.#worker(container.name).keepRunning()))
      }
    } catch (error) {
      // A pod that the kubelet cannot handle fails alone.
      this.#state.event('Warning', 'FailedSync', `error syncing pod, skipping: ${messageOf(error)}`)
    }
    await this.#conclude()
  }

  /** Volumes and sandbox, tried again until they stand; false when the pod is to end first. */
  async #prepare(): Promise<boolean> {
    let delayMs = FIRST_VOLUME_RETRY_MS
    while (!this.#closing.signal.aborted) {
      try {
        await this.#runtime.preparePod(this.#state.pod)
        this.#state.gotSandbox()
        return true
      } catch (error) {
        const reason = error instanceof SandboxError ? 'FailedCreatePodSandBox' : 'FailedMount'
        this.#state.event('Warning', reason, messageOf(error))
        await sleep(this.#clock, delayMs, this.#closing.signal)
        delayMs = Math.min(delayMs * 2, LAST_VOLUME_RETRY_MS)
      }
    }
    return false
  }

  /** Init containers and sidecars, one after the other; false when the pod cannot go on. */
  async #initialise(): Promise<boolean> {
    for (const { container, kind } of this.#state.records.filter((one) => one.kind !== 'main')) {
      const worker = this.#worker(container.name)
      if (kind === 'sidecar') {
        const { promise: started, resolve } = Promise.withResolvers<void>()
        const loop = worker.keepRunning(resolve)
        this.#sidecars.push(loop)
        await Promise.race([started, loop])
      } else {
        await worker.keepRunning()
        if (latestEnd(this.#state.record(container.name))?.exitCode !== 0) return false
      }
      if (this.#closing.signal.aborted) return false
    }
    return true
  }

  #worker(name: string): ContainerWorker {
    return new ContainerWorker(name, {
      state: this.#state,
      running: this.#running,
      runtime: this.#runtime,
      clock: this.#clock,
      closing: this.#closing.signal,
    })
  }

  /** Ends what still runs, sidecars last and in reverse, then writes the pod's last status. */
  async #conclude(): Promise<void> {
    if (this.#running.size > 0) this.#running.killAfter(this.#graceSeconds())
    this.#closing.abort()
    const sidecars = this.#state.records.filter(({ kind }) => kind === 'sidecar').reverse()
    for (const { container } of sidecars) await this.#running.terminate(container.name)
    await Promise.all(this.#sidecars)
    this.#cancelTimers()
    this.#state.conclude()
    if (this.#state.isDeleted) this.#state.confirmDeletion()
  }

  #end(ending: PodEnding, graceSeconds: number): void {
    if (this.#state.isOver || this.#state.isStopped) return
    this.#running.killAfter(graceSeconds)
    if (this.#state.ending) return
    this.#state.end(ending)
    this.#closing.abort()
    for (const { container, kind } of this.#state.records) {
      if (kind !== 'sidecar') void this.#running.terminate(container.name)
    }
  }

  #armDeadline(): void {
    this.#deadlineTimer?.cancel()
    const seconds = this.#state.pod.spec?.activeDeadlineSeconds
    const { isOver, isStopped, ending, startedAt } = this.#state
    if (seconds === undefined || isOver || isStopped || ending) return
    this.#deadlineTimer = setLongTimer(this.#clock, startedAt + seconds * 1000, () => this.end(deadlineExceeded()))
  }

  #graceSeconds(): number {
    return this.#state.pod.spec?.terminationGracePeriodSeconds ?? 30
  }

  #cancelTimers(): void {
    this.#running.cancelTimer()
    this.#deadlineTimer?.cancel()
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
