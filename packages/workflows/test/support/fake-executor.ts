import { type Failure, type Launch, type TaskInstanceKey, taskInstanceKeyText } from '@davit/executor'
import type { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { DagSpec, JsonValue, TaskSpec } from '../../src/dag/dag-spec.ts'
import type { ExecutorEvent, ExecutorPort } from '../../src/scheduler/executor-port.ts'
import type { WorkflowStore } from '../../src/store/workflow-store.ts'

/** How one launch goes. */
export interface LaunchScript {
  readonly durationMs: number
  readonly end:
    | { readonly state: 'success'; readonly result?: JsonValue }
    | { readonly state: 'skipped' }
    | { readonly state: 'failed' }
    /** Lost to infrastructure: launched again, as long as the store allows it. */
    | { readonly state: 'lost' }
    /** The executor itself gives up on the try, and tells of it by an event alone. */
    | { readonly state: 'refused' }
}

type Workload = Parameters<ExecutorPort['queueWorkload']>[0]

/** Exit code that the tasks of a test take for skipped. */
export const SKIP_EXIT_CODE = 99
export const USER_FAILURE: Failure = { class: 'user', evidence: 'exitCode=1', message: 'exit code 1' }
const LOST: Failure = { class: 'infrastructure', evidence: 'status.reason=NodeLost', message: 'the node was lost' }

/**
 * An executor without Kubernetes: takes workloads through the store as the real one does, each launch as its script
 * says, on the test's clock. Function tasks go through the task API half of the store.
 */
export class FakeExecutor implements ExecutorPort {
  readonly jobId = 'job-1'
  readonly launched: TaskInstanceKey[] = []
  readonly revoked: TaskInstanceKey[] = []
  readonly #store: WorkflowStore
  readonly #clock: FakeClock
  readonly #spec: DagSpec
  readonly #parallelism: number
  readonly #script: (key: TaskInstanceKey, launchNumber: number) => LaunchScript
  readonly #queue: Workload[] = []
  readonly #running = new Set<string>()
  readonly #listeners = new Set<() => void>()
  readonly #under = new Set<Promise<void>>()
  #events: [TaskInstanceKey, ExecutorEvent][] = []
  #failure: unknown = null

  constructor(options: {
    readonly store: WorkflowStore
    readonly clock: FakeClock
    readonly spec: DagSpec
    readonly parallelism?: number
    readonly script: (key: TaskInstanceKey, launchNumber: number) => LaunchScript
  }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#spec = options.spec
    this.#parallelism = options.parallelism ?? 1_000
    this.#script = options.script
  }

  get slotsAvailable(): number {
    return this.#parallelism - this.#queue.length - this.#running.size
  }

  queueWorkload(workload: Workload): void {
    const text = taskInstanceKeyText(workload.key)
    if (this.#running.has(text) || this.#queue.some(({ key }) => taskInstanceKeyText(key) === text)) {
      this.#failure = new Error(`handed over twice: ${text}`)
    }
    if (this.slotsAvailable <= 0) this.#failure = new Error(`handed over without a slot: ${text}`)
    this.#queue.push(workload)
  }

  heartbeat(): void {
    for (const { key } of this.#queue.splice(0)) {
      this.#running.add(taskInstanceKeyText(key))
      this.launched.push(key)
      const work = this.#execute(key)
        .catch((error: unknown) => {
          this.#failure = error
        })
        .finally(() => {
          this.#running.delete(taskInstanceKeyText(key))
          this.#under.delete(work)
          this.#tell()
        })
      this.#under.add(work)
    }
  }

  getEventBuffer(): Iterable<readonly [TaskInstanceKey, ExecutorEvent]> {
    return this.#events.splice(0)
  }

  onActivity(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async revokeTask({ key }: { readonly key: TaskInstanceKey }): Promise<void> {
    this.revoked.push(key)
  }

  /** Throws whatever went wrong in here. */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  async #execute(key: TaskInstanceKey): Promise<void> {
    let supersedes: { launchId: string; failure: Failure } | undefined
    for (let number = 1; ; number++) {
      const script = this.#script(key, number)
      if (script.end.state === 'refused') {
        await this.#sleep(script.durationMs)
        this.#events.push([key, { state: 'failed', info: 'no such template', failure: USER_FAILURE }])
        return
      }
      const name = `${key.taskId}-${key.mapIndex}-${key.tryNumber}-${number}`
      const launch: Launch = { id: `${key.runId}-${name}`, key, number, podName: name, namespace: 'default' }
      const recorded = await this.#store.launches.recordLaunch({ launch, ...(supersedes && { supersedes }) })
      if (!recorded.recorded) return
      const bound = { ...launch, uid: `uid-${name}` }
      if (!(await this.#store.launches.bindPod(launch, bound.uid))) return
      if (script.end.state === 'lost') {
        await this.#run(bound, script)
        supersedes = { launchId: launch.id, failure: LOST }
        continue
      }
      if (this.#task(key).kind === 'function') await this.#work(bound, script, recorded.env.DAVIT_LAUNCH_TOKEN ?? '')
      else await this.#contain(bound, script)
      return
    }
  }

  async #contain(launch: Launch, script: LaunchScript): Promise<void> {
    await this.#run(launch, script)
    const { end } = script
    const [outcome] = await this.#store.launches.commitOutcomes([
      end.state === 'success'
        ? { launch, state: 'success', info: null, ...resultMessage(end.result) }
        : {
            launch,
            state: 'failed',
            info: null,
            failure: USER_FAILURE,
            exitCode: end.state === 'skipped' ? SKIP_EXIT_CODE : 1,
          },
    ])
    this.#events.push([launch.key, { state: outcome?.state ?? null, info: null }])
  }

  async #work(launch: Launch, script: LaunchScript, token: string): Promise<void> {
    const worker = await this.#store.exchangeLaunchToken(token, launch.uid ?? '')
    if (worker && (await this.#store.startTask(worker))) {
      await this.#run(launch, script)
      const { end } = script
      if (end.state === 'success') await this.#store.finishTask(worker, end)
      else if (end.state === 'skipped') await this.#store.finishTask(worker, { state: 'skipped', reason: 'by itself' })
      else await this.#store.finishTask(worker, { state: 'failed', failure: USER_FAILURE })
    }
    await this.#store.launches.commitOutcomes([{ launch, state: 'success', info: null }])
  }

  async #run(launch: Launch, { durationMs }: LaunchScript): Promise<void> {
    this.#events.push([launch.key, { state: 'running', info: null }])
    this.#tell()
    await this.#sleep(durationMs)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, ms)
    })
  }

  #task({ taskId }: TaskInstanceKey): TaskSpec {
    const task = this.#spec.tasks.find((one) => one.taskId === taskId)
    if (!task) throw new Error(`no task ${taskId}`)
    return task
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

function resultMessage(result: JsonValue | undefined) {
  return result === undefined ? {} : { terminationMessage: JSON.stringify(result), containerCount: 1 }
}
