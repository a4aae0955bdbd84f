import { randomUUID } from 'node:crypto'
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { type Clock, sleep, type Timer } from '../clock.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { type ContainerEnd, type ContainerRecord, initialRecords, isRestarted, latestEnd } from './container-record.ts'
import { type ContainerRuntime, ContainerStartError, type StartedContainer } from './container-runtime.ts'
import { imagePull } from './image-pull.ts'
import { type PodFacts, podStatus } from './pod-lifecycle.ts'
import { goDuration, RestartBackOff } from './restart-backoff.ts'

/** No container gets less between SIGTERM and SIGKILL. Kubernetes: minimumGracePeriodInSeconds. */
const MIN_GRACE_SECONDS = 2
/** What could not be created is tried again so much later. Kubernetes: the pod worker's backOffPeriod. */
const RETRY_MS = 10_000
/** How long ErrImagePull is shown before the wait for the next pull is called ImagePullBackOff. */
const PULL_ERROR_SHOWN_MS = 5_000
const FIRST_VOLUME_RETRY_MS = 500
const LAST_VOLUME_RETRY_MS = 122_000
/** Timers of machines do not reach further than 24.8 days. */
const LONGEST_TIMER_MS = 2_000_000_000

/** Why a pod comes to its end before its containers do. */
interface Ending {
  readonly kind: 'deletion' | 'deadline' | 'eviction'
  readonly message: string
}

/** What a pod's worker needs from its kubelet. */
export interface PodWorkerOptions {
  readonly pod: Pod
  readonly access: ClusterAccess
  readonly clock: Clock
  readonly runtime: ContainerRuntime
  readonly hostIP: string
}

/**
 * Takes one pod through its life: volumes, init containers in order, then the others side by side, restarts by policy,
 * and its end by itself, by deletion, deadline or eviction. Every change is written to the pod's status at once. The
 * counterpart of a kubelet's pod worker; the states of a container are in container-record.ts, those of the pod follow
 * from them in pod-lifecycle.ts.
 */
export class PodWorker {
  readonly #access: ClusterAccess
  readonly #clock: Clock
  readonly #runtime: ContainerRuntime
  readonly #hostIP: string
  /** Aborted when nothing new may be started: by an {@link Ending}, or by `stop`. */
  readonly #closing = new AbortController()
  readonly #running = new Map<string, StartedContainer>()
  readonly #sidecarLoops: Promise<void>[] = []
  readonly #startedAt: number
  #pod: Pod
  #records: ContainerRecord[]
  #hasSandbox = false
  #ending: Ending | undefined
  #isOver = false
  #isStopped = false
  /** When what still runs gets SIGKILL; only ever moved forward. */
  #killAt = Number.POSITIVE_INFINITY
  #killTimer: Timer | undefined
  #deadlineTimer: Timer | undefined
  #run: Promise<void> | undefined

  constructor(options: PodWorkerOptions) {
    this.#pod = options.pod
    this.#access = options.access
    this.#clock = options.clock
    this.#runtime = options.runtime
    this.#hostIP = options.hostIP
    this.#records = initialRecords(options.pod)
    this.#startedAt = options.clock.now()
  }

  start(): void {
    this.#run ??= this.#live()
  }

  /** The pod has changed: it may be marked for deletion, or have a new deadline. */
  update(pod: Pod): void {
    this.#pod = pod
    const { deletionTimestamp, deletionGracePeriodSeconds = MIN_GRACE_SECONDS } = pod.metadata ?? {}
    if (!deletionTimestamp) this.#armDeadline()
    else if (this.#isOver) this.#access.confirmPodDeletion(pod)
    else this.#end({ kind: 'deletion', message: '' }, deletionGracePeriodSeconds)
  }

  /** The pod is gone from the cluster; resolves when nothing of it is left. */
  async removed(): Promise<void> {
    this.#end({ kind: 'deletion', message: '' }, 0)
    await this.#run
    await this.#runtime.removePod(this.#pod)
  }

  evict(message: string): void {
    if (this.#isOver || this.#ending) return
    this.#event('Warning', 'Evicted', message)
    this.#end({ kind: 'eviction', message }, 0)
  }

  /** To the main process of a container, from outside, as if it had crashed. */
  signal(container: string, signal: NodeJS.Signals): void {
    this.#running.get(container)?.signal(signal)
  }

  /** The number of the run whose log is meant, or undefined before the first. */
  loggedAttempt(container: string, previous: boolean): number | undefined {
    const record = this.#records.find((one) => one.container.name === container)
    if (record?.attempt === undefined) return undefined
    // While a container waits for its next run, its last one is both the latest and the previous.
    return previous && record.state.kind !== 'waiting' ? record.attempt - 1 : record.attempt
  }

  /** Kills what runs and writes nothing any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#closing.abort()
    for (const container of this.#running.values()) container.signal('SIGKILL')
    this.#cancelTimers()
    await this.#run
  }

  async #live(): Promise<void> {
    // The caller may be in the middle of telling others of the pod: what follows comes after.
    await Promise.resolve()
    this.#report()
    this.#armDeadline()
    if (this.#pod.metadata?.deletionTimestamp) this.update(this.#pod)
    try {
      if ((await this.#prepare()) && (await this.#initialise())) {
        const mains = this.#records.filter(({ kind }) => kind === 'main')
        await Promise.all(mains.map(({ container }) => this.#keepRunning(container.name)))
      }
    } catch (error) {
      // A pod that the kubelet cannot handle fails alone.
      this.#event('Warning', 'FailedSync', `error syncing pod, skipping: ${messageOf(error)}`)
    }
    await this.#conclude()
  }

  /** Volumes and sandbox, tried again until they stand; false when the pod is to end first. */
  async #prepare(): Promise<boolean> {
    let delayMs = FIRST_VOLUME_RETRY_MS
    while (!this.#closing.signal.aborted) {
      try {
        await this.#runtime.preparePod(this.#pod)
        this.#hasSandbox = true
        return true
      } catch (error) {
        this.#event('Warning', 'FailedMount', messageOf(error))
        await sleep(this.#clock, delayMs, this.#closing.signal)
        delayMs = Math.min(delayMs * 2, LAST_VOLUME_RETRY_MS)
      }
    }
    return false
  }

  /** Init containers and sidecars, one after the other; false when the pod cannot go on. */
  async #initialise(): Promise<boolean> {
    for (const { container, kind } of this.#records.filter((one) => one.kind !== 'main')) {
      if (kind === 'sidecar') {
        const { promise: started, resolve } = Promise.withResolvers<void>()
        const loop = this.#keepRunning(container.name, resolve)
        this.#sidecarLoops.push(loop)
        await Promise.race([started, loop])
      } else {
        await this.#keepRunning(container.name)
        if (latestEnd(this.#record(container.name))?.exitCode !== 0) return false
      }
      if (this.#closing.signal.aborted) return false
    }
    return true
  }

  /** Runs a container again and again as its policy says; resolves when it will not run any more. */
  async #keepRunning(name: string, onStarted: () => void = () => {}): Promise<void> {
    const restarts = new RestartBackOff()
    const pulls = new RestartBackOff()
    while (!this.#closing.signal.aborted) {
      if (!(await this.#ensureImage(name, pulls))) continue
      const end = await this.#runOnce(name, onStarted)
      if (!end) {
        await sleep(this.#clock, RETRY_MS, this.#closing.signal)
        continue
      }
      if (this.#closing.signal.aborted) return
      if (!isRestarted(this.#record(name), this.#pod.spec?.restartPolicy ?? 'Always', end.exitCode)) return
      await this.#backOff(name, end, restarts)
    }
  }

  async #backOff(name: string, end: ContainerEnd, restarts: RestartBackOff): Promise<void> {
    const finishedAt = end.finishedAt ?? this.#clock.now()
    const delayMs = restarts.delayAfter(finishedAt)
    const waitMs = finishedAt + delayMs - this.#clock.now()
    if (waitMs > 0) {
      const pod = this.#pod
      const podId = `${pod.metadata?.name}_${pod.metadata?.namespace}(${pod.metadata?.uid})`
      this.#event('Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${podId}`, name)
      this.#wait(
        name,
        'CrashLoopBackOff',
        `back-off ${goDuration(delayMs)} restarting failed container=${name} pod=${podId}`,
      )
      await sleep(this.#clock, waitMs, this.#closing.signal)
    }
    restarts.countStart(finishedAt, this.#clock.now())
  }

  /** True when the container may be created; otherwise it has waited as long as a kubelet does before it looks again. */
  async #ensureImage(name: string, pulls: RestartBackOff): Promise<boolean> {
    const { image = '', imagePullPolicy } = this.#record(name).container
    const pull = imagePull(image, imagePullPolicy)
    if (pull.outcome === 'present') {
      const text = `Container image "${image}" already present on machine and can be accessed by the pod`
      this.#event('Normal', 'Pulled', text, name)
      return true
    }
    if (pull.outcome === 'refused') {
      this.#event('Warning', pull.event, pull.message, name)
      this.#event('Warning', 'Failed', `Error: ${pull.reason}`, name)
      this.#wait(name, pull.reason, pull.message)
      await sleep(this.#clock, RETRY_MS, this.#closing.signal)
      return false
    }
    const failedAt = this.#clock.now()
    pulls.countStart(failedAt, failedAt)
    const delayMs = pulls.delayAfter(failedAt)
    this.#event('Normal', 'Pulling', `Pulling image "${image}"`, name)
    this.#event('Warning', 'Failed', `Failed to pull image "${image}": ${pull.message}`, name)
    this.#event('Warning', 'Failed', 'Error: ErrImagePull', name)
    this.#wait(name, 'ErrImagePull', pull.message)
    await sleep(this.#clock, PULL_ERROR_SHOWN_MS, this.#closing.signal)
    if (this.#closing.signal.aborted) return false
    const text = `Back-off pulling image "${image}"`
    this.#event('Normal', 'BackOff', text, name)
    this.#event('Warning', 'Failed', 'Error: ImagePullBackOff', name)
    this.#wait(name, 'ImagePullBackOff', `${text}: ErrImagePull: ${pull.message}`)
    await sleep(this.#clock, failedAt + delayMs - this.#clock.now(), this.#closing.signal)
    return false
  }

  /** One run, from creation to its end; undefined when it could not be created. */
  async #runOnce(name: string, onStarted: () => void): Promise<ContainerEnd | undefined> {
    const before = this.#record(name)
    const attempt = before.attempt === undefined ? 0 : before.attempt + 1
    const lastEnd = latestEnd(before)
    const id = `davit://${randomUUID().replaceAll('-', '')}`
    let started: StartedContainer
    try {
      started = await this.#runtime.startContainer({ pod: this.#pod, container: before.container, attempt })
    } catch (error) {
      const step = error instanceof ContainerStartError ? error.step : 'create'
      const message = messageOf(error)
      if (step === 'run') this.#event('Normal', 'Created', 'Container created', name)
      this.#event('Warning', 'Failed', `Error: ${message}`, name)
      if (step !== 'run') {
        this.#wait(name, step === 'config' ? 'CreateContainerConfigError' : 'CreateContainerError', message)
        return undefined
      }
      // A container that never ran has no start: container runtimes show the beginning of their time.
      const end = { exitCode: 128, reason: 'StartError', message, startedAt: 0, finishedAt: this.#clock.now(), id }
      this.#change(name, { attempt, state: { kind: 'terminated', end } }, lastEnd)
      return end
    }
    this.#running.set(name, started)
    if (this.#isStopped) started.signal('SIGKILL')
    this.#event('Normal', 'Created', 'Container created', name)
    this.#event('Normal', 'Started', 'Container started', name)
    const startedAt = this.#clock.now()
    this.#change(name, { attempt, state: { kind: 'running', startedAt, id } }, lastEnd)
    onStarted()
    if (this.#ending) void this.#terminate(name)

    const exit = await started.exited
    this.#running.delete(name)
    const { exitCode, message } = exit
    const reason = exit.reason ?? (exitCode === 0 ? 'Completed' : 'Error')
    const end = { exitCode, reason, message, startedAt, finishedAt: this.#clock.now(), id }
    this.#change(name, { attempt, state: { kind: 'terminated', end } }, lastEnd, this.#isLastToEnd(name, exitCode))
    return end
  }

  /**
   * The end that ends the pod is reported together with the pod's: a kubelet never shows a pod as running whose
   * containers are all over.
   */
  #isLastToEnd(name: string, exitCode: number): boolean {
    const record = this.#record(name)
    if (this.#running.size > 0) return false
    if (this.#closing.signal.aborted) return true
    if (isRestarted(record, this.#pod.spec?.restartPolicy ?? 'Always', exitCode)) return false
    if (record.kind === 'init') return exitCode !== 0
    return this.#records.every(
      ({ kind, state, container }) => kind !== 'main' || container.name === name || state.kind === 'terminated',
    )
  }

  /** Ends what still runs, sidecars last and in reverse, then writes the pod's last status. */
  async #conclude(): Promise<void> {
    if (this.#running.size > 0) this.#moveKill(this.#pod.spec?.terminationGracePeriodSeconds ?? 30)
    this.#closing.abort()
    const sidecars = this.#records.filter(({ kind }) => kind === 'sidecar').reverse()
    for (const { container } of sidecars) await this.#terminate(container.name)
    await Promise.all(this.#sidecarLoops)
    this.#cancelTimers()
    this.#isOver = true
    this.#report()
    const isDeleted = this.#pod.metadata?.deletionTimestamp !== undefined
    if (isDeleted && !this.#isStopped) this.#access.confirmPodDeletion(this.#pod)
  }

  #end(ending: Ending, graceSeconds: number): void {
    if (this.#isOver || this.#isStopped) return
    this.#moveKill(graceSeconds)
    if (this.#ending) return
    this.#ending = ending
    this.#closing.abort()
    for (const { container, kind } of this.#records) if (kind !== 'sidecar') void this.#terminate(container.name)
  }

  /** SIGTERM, and whatever it takes; resolves when the container is over. */
  async #terminate(name: string): Promise<void> {
    const container = this.#running.get(name)
    if (!container || this.#isStopped) return
    this.#event('Normal', 'Killing', `Stopping container ${name}`, name)
    container.signal(this.#clock.now() >= this.#killAt ? 'SIGKILL' : 'SIGTERM')
    await container.exited
  }

  #moveKill(graceSeconds: number): void {
    const killAt = this.#clock.now() + Math.max(graceSeconds, MIN_GRACE_SECONDS) * 1000
    if (killAt >= this.#killAt) return
    this.#killAt = killAt
    this.#killTimer?.cancel()
    this.#killTimer = setTimer(this.#clock, killAt, () => {
      for (const container of this.#running.values()) container.signal('SIGKILL')
    })
  }

  #armDeadline(): void {
    this.#deadlineTimer?.cancel()
    const seconds = this.#pod.spec?.activeDeadlineSeconds
    if (seconds === undefined || this.#isOver || this.#isStopped || this.#ending) return
    this.#deadlineTimer = setTimer(this.#clock, this.#startedAt + seconds * 1000, () => {
      const message = 'Pod was active on the node longer than the specified deadline'
      this.#event('Normal', 'DeadlineExceeded', message)
      this.#end({ kind: 'deadline', message }, this.#pod.spec?.terminationGracePeriodSeconds ?? 30)
    })
  }

  #cancelTimers(): void {
    this.#killTimer?.cancel()
    this.#deadlineTimer?.cancel()
  }

  #record(name: string): ContainerRecord {
    const record = this.#records.find(({ container }) => container.name === name)
    if (!record) throw new Error(`pod ${this.#pod.metadata?.name} has no container ${name}`)
    return record
  }

  /** Back to waiting; the end of the run before, if any, becomes the last state. */
  #wait(name: string, reason: string, message: string): void {
    const record = this.#record(name)
    this.#change(name, { state: { kind: 'waiting', reason, message } }, latestEnd(record) ?? record.lastEnd)
  }

  #change(
    name: string,
    change: Partial<Pick<ContainerRecord, 'state' | 'attempt'>>,
    lastEnd: ContainerEnd | undefined,
    isSilent = false,
  ): void {
    this.#records = this.#records.map((record) =>
      record.container.name === name ? { ...record, ...change, ...(lastEnd ? { lastEnd } : {}) } : record,
    )
    if (!isSilent) this.#report()
  }

  #report(): void {
    if (this.#isStopped) return
    const { kind, message } = this.#ending ?? {}
    const facts: PodFacts = {
      pod: this.#pod,
      records: this.#records,
      startedAt: this.#startedAt,
      hostIP: this.#hostIP,
      hasSandbox: this.#hasSandbox,
      isOver: this.#isOver,
      ...(kind === 'deadline' && message
        ? { ending: { reason: 'DeadlineExceeded', message, isDisruption: false } }
        : {}),
      ...(kind === 'eviction' && message !== undefined
        ? { ending: { reason: 'Evicted', message, isDisruption: true } }
        : {}),
    }
    this.#access.updatePodStatus(this.#pod, (before) => podStatus(facts, before, this.#clock.now()))
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    if (this.#isStopped) return
    const list =
      container !== undefined && this.#record(container).kind !== 'main' ? 'spec.initContainers' : 'spec.containers'
    this.#access.recordEvent({
      pod: this.#pod,
      type,
      reason,
      message,
      component: 'kubelet',
      ...(container === undefined ? {} : { fieldPath: `${list}{${container}}` }),
    })
  }
}

/** Calls back at a time that may lie further away than one timer reaches. */
function setTimer(clock: Clock, at: number, callback: () => void): Timer {
  let timer: Timer
  const arm = () => {
    const left = at - clock.now()
    timer = clock.setTimeout(left > LONGEST_TIMER_MS ? arm : callback, Math.max(0, Math.min(left, LONGEST_TIMER_MS)))
  }
  arm()
  return { cancel: () => timer.cancel() }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
