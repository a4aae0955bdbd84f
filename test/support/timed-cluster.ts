import { type DevCluster, type DevClusterOptions, seededRandom, startDevCluster } from '@davit/devcluster'
import {
  createKubeClient,
  type ExecutorEvent,
  type KubeClient,
  type KubeConfig,
  KubernetesExecutor,
  type KubernetesExecutorOptions,
  loadKubeConfig,
  type QueuedWorkload,
  type TaskInstanceKey,
  taskInstanceKeyText,
} from '@davit/executor'
import { anyImage } from './executor-run.ts'
import { MemoryWire } from './memory-wire.ts'
import { untilQuiet } from './quiet-loop.ts'
import { RawApi } from './raw-api.ts'
import { RecordingLogger } from './recording-logger.ts'
import { SteppedClock } from './stepped-clock.ts'

export interface TimedClusterOptions extends Pick<DevClusterOptions, 'nodeName' | 'nodeLabels' | 'allocatable'> {
  /** The same number gives the same run again. @default 1 */
  readonly seed?: number
}

export interface TimedExecutorOptions extends Omit<Partial<KubernetesExecutorOptions>, 'clock' | 'kube' | 'logger'> {
  /** Between two heartbeats that nothing asks for, in milliseconds; 0: none. @default 5000 */
  readonly heartbeatMs?: number
  /** Stands before the wire: the client of the API server as the executor gets it. @default it is given as it is */
  readonly wrapKube?: (kube: KubeClient) => KubernetesExecutorOptions['kube']
}

/** An executor on the test's clock, whose crank is turned: heartbeats when it asks for them and from time to time. */
export interface TimedExecutor extends AsyncDisposable {
  readonly executor: KubernetesExecutor
  /** Its way to the API server, to be broken, held or closed. */
  readonly wire: MemoryWire
  /** What it logged. */
  readonly logger: RecordingLogger
  submit(...workloads: readonly QueuedWorkload[]): void
  /** Everything that was reported of a task, in order. */
  events(key: TaskInstanceKey): readonly ExecutorEvent[]
  /** The ends that were reported of a task: one, if all is well. */
  ends(key: TaskInstanceKey): readonly ExecutorEvent[]
  /** Turns the crank no more, and stops it. @default 'end' */
  stop(how?: 'end' | 'terminate'): Promise<void>
}

/** A dev cluster and executors on one clock that stands still until told. */
export interface TimedCluster extends AsyncDisposable {
  readonly cluster: DevCluster
  readonly clock: SteppedClock
  /** How to reach the API server, for clients on {@link openWire}. */
  readonly kubeConfig: KubeConfig
  /** Numbers of the seed, for whatever else the test decides by chance. */
  readonly random: () => number
  /** Asks the API server on a wire of its own. */
  readonly api: RawApi
  /** A further wire to the API server, which is waited for like the others. */
  openWire(): MemoryWire
  /** @param options of the executor; `config` gets an image, and `jobId` is `1` unless said otherwise */
  startExecutor(options?: TimedExecutorOptions): Promise<TimedExecutor>
  /** Lets all that is under way come to rest, without letting time pass. */
  settle(): Promise<void>
  /** Lets time pass, from one due call to the next, with all that follows from each. */
  advance(ms: number): Promise<void>
  /** Lets time pass until `check` gives something. @throws Error when it has not within `withinMs` (simulated; 15 minutes) */
  until<T>(check: () => T | Promise<T>, options?: { readonly withinMs?: number }): Promise<NonNullable<T>>
  /** Lets time pass until a promise is settled. @throws Error when it is not within `withinMs` (simulated; 15 minutes) */
  during<T>(promise: Promise<T>, options?: { readonly withinMs?: number }): Promise<T>
}

const QUARTER_HOUR_MS = 15 * 60_000

/**
 * Starts a dev cluster with scripted pods whose clients reach it through the process itself: there is no network, so that
 * everything of one seed happens in the same order again, and a quarter of an hour takes a moment.
 */
export async function startTimedCluster({ seed = 1, ...options }: TimedClusterOptions = {}): Promise<TimedCluster> {
  const clock = new SteppedClock()
  const random = seededRandom(seed)
  await using starting = new AsyncDisposableStack()
  const errors: unknown[] = []
  const cluster = await startDevCluster({
    ...options,
    runtime: 'scripted',
    clock,
    random: seededRandom(random() * 2 ** 32),
    onInternalError: (error) => errors.push(error),
  })
  starting.defer(async () => {
    await cluster.stop()
    if (errors.length > 0) throw new AggregateError(errors, 'the dev cluster had errors of its own')
  })
  const wires: MemoryWire[] = []
  const openWire = () => {
    const wire = new MemoryWire((connection) => cluster.accept(connection))
    wires.push(wire)
    return wire
  }
  const settle = () => untilQuiet(() => wires.reduce((sum, { activity }) => sum + activity, 0))
  const step = async (end: number) => {
    clock.moveTo(Math.min(end, clock.nextAt))
    await settle()
  }
  const api = starting.use(new RawApi(cluster.kubeconfig, { connect: openWire().connect }))
  const config = await loadKubeConfig({ kubeconfig: cluster.kubeconfig, env: {} })
  // Loads what a client loads at its first request, which nobody could wait for later.
  const first = createKubeClient(config, { connect: openWire().connect })
  await first.version()
  await first.close()

  const timed: Omit<TimedCluster, typeof Symbol.asyncDispose> = {
    cluster,
    clock,
    kubeConfig: config,
    random,
    api,
    openWire,
    settle,
    async startExecutor({ heartbeatMs = 5_000, wrapKube = asItIs, ...more }: TimedExecutorOptions = {}) {
      const { jobId = '1' } = more
      const wire = openWire()
      const logger = new RecordingLogger()
      const kube = createKubeClient(config, { clock, logger, connect: wire.connect, userAgent: `davit-job-${jobId}` })
      const executor = new KubernetesExecutor({
        ...more,
        jobId,
        kube: wrapKube(kube),
        clock,
        random: more.random ?? seededRandom(random() * 2 ** 32),
        logger,
        config: { namespace: 'default', ...anyImage, ...more.config },
      })
      const crank = turnCrank(executor, { clock, heartbeatMs })
      await timed.during(executor.start())
      let stopping: Promise<void> | undefined
      const stop = (how: 'end' | 'terminate' = 'end') => {
        stopping ??= timed.during(
          (async () => {
            crank.stop()
            await executor[how]()
            await kube.close()
          })(),
        )
        return stopping
      }
      const started: TimedExecutor = {
        executor,
        wire,
        logger,
        submit(...workloads) {
          for (const workload of workloads) executor.queueWorkload(workload)
          crank.wake()
        },
        events: crank.events,
        ends: (key) => crank.events(key).filter(({ outcome }) => outcome !== undefined),
        stop,
        [Symbol.asyncDispose]: () => stop(),
      }
      running.use(started)
      return started
    },
    async advance(ms) {
      const end = clock.now() + ms
      await settle()
      while (clock.now() < end) await step(end)
    },
    async until(check, { withinMs = QUARTER_HOUR_MS } = {}) {
      const end = clock.now() + withinMs
      await settle()
      for (;;) {
        const seen = await check()
        if (seen) return seen
        if (clock.now() >= end) throw new Error(`not within ${withinMs} ms of the test's clock; last seen: ${seen}`)
        await step(end)
      }
    },
    async during(promise, { withinMs = QUARTER_HOUR_MS } = {}) {
      const end = clock.now() + withinMs
      let isOver = false
      const done = () => {
        isOver = true
      }
      promise.then(done, done)
      await settle()
      while (!isOver && clock.now() < end) await step(end)
      if (!isOver) throw new Error(`not settled within ${withinMs} ms of the test's clock`)
      return promise
    },
  }
  const resources = starting.move()
  const running = new AsyncDisposableStack()
  resources.use(running)
  return { ...timed, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** Heartbeats when the executor asks for one, and every `heartbeatMs`; keeps what it reports. */
function turnCrank(
  executor: KubernetesExecutor,
  { clock, heartbeatMs }: { readonly clock: SteppedClock; readonly heartbeatMs: number },
) {
  const reported = new Map<string, ExecutorEvent[]>()
  let isDue = false
  let isOver = false
  const turn = () => {
    isDue = false
    if (isOver) return
    executor.heartbeat()
    for (const [key, event] of executor.getEventBuffer()) {
      const text = taskInstanceKeyText(key)
      reported.set(text, [...(reported.get(text) ?? []), event])
    }
  }
  const wake = () => {
    if (isDue || isOver) return
    isDue = true
    setImmediate(turn)
  }
  let timer: { cancel(): void } | undefined
  const tick = () => {
    timer = clock.setTimeout(tick, heartbeatMs)
    wake()
  }
  executor.onActivity(wake)
  if (heartbeatMs > 0) timer = clock.setTimeout(tick, heartbeatMs)
  return {
    wake,
    events: (key: TaskInstanceKey): readonly ExecutorEvent[] => reported.get(taskInstanceKeyText(key)) ?? [],
    stop() {
      isOver = true
      timer?.cancel()
    },
  }
}

function asItIs(kube: KubeClient): KubeClient {
  return kube
}
